"""Helpers of hooks."""

from PyInstaller.utils.misc import get_code_object  # noqa: F401


def get_imported_names(code):
    import dis
    found = [instruction.argval for instruction in dis.get_instructions(code) if instruction.opname == "IMPORT_NAME"]
    return found
