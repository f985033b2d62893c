"""The script of a Windows service: pywin32 hosts the class that a configuration of cx_Freeze names."""

import ast
import os

from _freeze_order import order, refuse

TEXT = '''\
import subprocess
import sys

import servicemanager
import win32service
import win32serviceutil
import %(config)s as config
import %(module)s as module

FLAGS = getattr(config, "AUTO_START", False), getattr(config, "SESSION_CHANGES", False)


def filled(text, name):
    return text %% name if "%%s" in text else text


class Service(win32serviceutil.ServiceFramework):
    _svc_name_ = _svc_display_name_ = ""
    file = ""

    def __init__(self, arguments):
        super().__init__(arguments)
        self.handler = getattr(module, config.CLASS_NAME)()

    def tell(self, early, late, *arguments):
        method = getattr(self.handler, late, None) or getattr(self.handler, early)
        method(*arguments)

    def GetAcceptedControls(self):
        return super().GetAcceptedControls() | (win32service.SERVICE_ACCEPT_SESSIONCHANGE if FLAGS[1] else 0)

    def SvcOtherEx(self, control, event, data):
        if FLAGS[1] and control == win32service.SERVICE_CONTROL_SESSIONCHANGE:
            self.tell("SessionChanged", "session_changed", data[0], event)
            return None
        return super().SvcOtherEx(control, event, data)

    def SvcDoRun(self):
        self.tell("Initialize", "initialize", self.file)
        self.tell("Run", "run")

    def SvcStop(self):
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING)
        self.tell("Stop", "stop")


def install(name, *file):
    manager = win32service.OpenSCManager(None, None, win32service.SC_MANAGER_ALL_ACCESS)
    start = win32service.SERVICE_AUTO_START if FLAGS[0] else win32service.SERVICE_DEMAND_START
    command = subprocess.list2cmdline([sys.executable, "--run", name, *file])
    service = win32service.CreateService(
        manager, filled(config.NAME, name), filled(config.DISPLAY_NAME, name), win32service.SERVICE_ALL_ACCESS,
        win32service.SERVICE_WIN32_OWN_PROCESS, start, win32service.SERVICE_ERROR_NORMAL, command,
        None, 0, None, None, None)
    if getattr(config, "DESCRIPTION", None):
        win32service.ChangeServiceConfig2(service, win32service.SERVICE_CONFIG_DESCRIPTION, config.DESCRIPTION)


def host(name="", file=""):
    Service._svc_name_ = filled(config.NAME, name)
    Service.file = file
    servicemanager.Initialize()
    servicemanager.PrepareToHostSingle(Service)
    servicemanager.StartServiceCtrlDispatcher()


def main(word="--run", *arguments):
    if word == "--install" and arguments:
        install(*arguments)
    elif word == "--uninstall" and arguments:
        win32serviceutil.RemoveService(filled(config.NAME, arguments[0]))
    elif word == "--run":
        host(*arguments)
    else:
        sys.exit("usage: --install NAME [FILE], or --uninstall NAME")


main(*sys.argv[1:])
'''


def generated(name, file, place):
    """Returns the script of a service, and the folder of its modules."""
    if order["target"]["platform"] != "win32":
        refuse("a service can only be built for Windows", "name the target: `--target windows-x86_64`", place)
    folder, config = os.path.split(file)
    config = os.path.splitext(config)[0]
    module = _module(file)
    for what in config, *module.split("."):
        if not what.isidentifier():
            refuse("`%s`, which a service imports, is not the name of a module" % what,
                   "name the script of the service like a module", place)
    script = "%s_service.py" % "".join(c if c.isalnum() else "_" for c in name)
    return {"name": script, "text": TEXT % {"config": config, "module": module}, "use": "script"}, folder


def _module(file):
    """Returns the module that a configuration names."""
    with open(file, "rb") as source:
        tree = ast.parse(source.read(), file)
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(target, "id", None) == "MODULE_NAME" for target in node.targets):
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                return node.value.value
            refuse("`MODULE_NAME` of a service is not a text", "write the name of the module there", [file, node.lineno])
    refuse("`%s` is no configuration of a service: it sets no `MODULE_NAME`" % file,
           "it sets NAME, DISPLAY_NAME, MODULE_NAME and CLASS_NAME", [file, 1])
