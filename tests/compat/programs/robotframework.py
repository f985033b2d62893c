# /// script
# requires-python = ">=3.10"
# dependencies = ["robotframework"]
# ///
"""Runs a suite with libraries that are loaded by name, and writes its reports."""

import io
import tempfile
from pathlib import Path

from robot import rebot, run
from robot.libdocpkg import LibraryDocumentation

SUITE = """*** Settings ***
Library    Collections
Library    String
Library    OperatingSystem
Library    XML
Library    DateTime

*** Test Cases ***
Adds
    ${list}=    Create List    a    b
    Append To List    ${list}    c
    Length Should Be    ${list}    3
    ${upper}=    Convert To Upper Case    text
    Should Be Equal    ${upper}    TEXT
    Create File    ${TEMPDIR}/robot_x.txt    hello
    File Should Exist    ${TEMPDIR}/robot_x.txt
    ${root}=    Parse Xml    <a><b>1</b></a>
    Element Text Should Be    ${root}    1    b
    ${sum}=    Evaluate    math.floor(2.5)    modules=math

Fails
    Fail    on purpose
"""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "suite.robot"
    path.write_text(SUITE)
    out = io.StringIO()
    assert run(str(path), outputdir=folder, stdout=out, stderr=out, console="dotted") == 1, out.getvalue()
    assert "2 tests, 1 passed, 1 failed" in out.getvalue(), out.getvalue()
    log = (Path(folder) / "log.html").read_text()
    assert "on purpose" in log and len(log) > 100_000 and (Path(folder) / "report.html").exists()
    assert rebot(f"{folder}/output.xml", outputdir=folder, xunit="x.xml", stdout=out, stderr=out) == 1
    assert 'tests="2"' in (Path(folder) / "x.xml").read_text()
assert any(k.name == "Parse Xml" for k in LibraryDocumentation("XML").keywords)
print("ok")
