*** Settings ***
Library     ../libraries/Counter.py
Resource    common.resource

*** Test Cases ***
Counts
    Count Twice
    ${total}=    Total
    Should Be Equal As Integers    ${total}    2
