"""Prints the line that runs."""

import inspect

print(inspect.stack()[0].code_context)
