"""The script of a Windows service: a console program that pywin32 hosts."""

HEAD = '''\
import sys

import servicemanager
import win32serviceutil
%(imports)s

MODULES = [%(modules)s]
SERVICES = [value for module in MODULES for value in vars(module).values() if hasattr(value, "_svc_name_")]


def host():
    servicemanager.Initialize()
    if len(SERVICES) == 1:
        servicemanager.PrepareToHostSingle(SERVICES[0])
    else:
        for service in SERVICES:
            servicemanager.PrepareToHostMultiple(service._svc_name_, service)
    servicemanager.StartServiceCtrlDispatcher()


if len(sys.argv) == 1:
    host()
else:
'''
STYLES = {
    "py2exe": '''\
    # The words of py2exe (`-install`) and those of pywin32 (`install`).
    known = "-install", "-remove", "-auto", "-disabled"
    sys.argv[1:] = [word[1:] if word.lower() in known else word for word in sys.argv[1:]]
    if sys.argv[-1] in ("auto", "disabled"):
        sys.argv[1:1] = ["--startup", sys.argv.pop()]
    for service in SERVICES:
        win32serviceutil.HandleCommandLine(service)
''',
    "pywin32": '''\
    for service in SERVICES:
        win32serviceutil.HandleCommandLine(service)
''',
    "custom": '''\
    for module in MODULES:
        module.HandleCommandLine()
''',
}


def text(modules, style):
    """Returns the script for the services in modules."""
    imports = "\n".join("import %s" % module for module in modules)
    return HEAD % {"imports": imports, "modules": ", ".join(modules)} + STYLES.get(style, STYLES["pywin32"])
