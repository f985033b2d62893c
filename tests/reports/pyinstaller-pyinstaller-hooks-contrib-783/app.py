"""Formats a line of code."""

from yapf.yapflib.yapf_api import FormatCode

print(FormatCode("a=1\nif a :b= [1,2]\n")[0])
