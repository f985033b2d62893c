"""Stands in for pywin32."""

SC_MANAGER_ALL_ACCESS = SERVICE_ALL_ACCESS = SERVICE_WIN32_OWN_PROCESS = SERVICE_ERROR_NORMAL = 1
SERVICE_AUTO_START, SERVICE_DEMAND_START = "auto", "demand"
SERVICE_CONFIG_DESCRIPTION = "description"
SERVICE_ACCEPT_SESSIONCHANGE = 128
SERVICE_CONTROL_SESSIONCHANGE = 14
SERVICE_STOP_PENDING = "stopping"


def OpenSCManager(machine, database, access):
    return "manager"


def CreateService(manager, name, shown, access, kind, start, errors, command, *rest):
    print("create", name, shown, start, command.split("hosted.exe")[1], sep="|")
    return "service"


def ChangeServiceConfig2(service, what, value):
    print(what, value)
