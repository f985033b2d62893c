"""Asks Windows by pywin32, whose types lie in a library of its own folder."""

import os

import pywintypes
import win32api
import win32event
import win32file

event = win32event.CreateEvent(None, True, False, None)
win32event.SetEvent(event)
assert win32event.WaitForSingleObject(event, 1000) == win32event.WAIT_OBJECT_0
assert win32api.GetCurrentProcessId() == os.getpid()
try:
    win32api.OpenProcess(0, False, 0)
except pywintypes.error as error:
    assert error.winerror == 87, error
# No pythoncom: it starts COM, for which wine starts programs that stay.
assert str(pywintypes.IID("{00000000-0000-0000-C000-000000000046}")) == "{00000000-0000-0000-C000-000000000046}"
assert win32file.GetDriveType("C:\\") == win32file.DRIVE_FIXED
print("pywin32 works")
