"""Stands in for pywin32."""


def Initialize():
    print("initialize")


def PrepareToHostSingle(service):
    print("host", service._svc_name_)


def StartServiceCtrlDispatcher():
    print("start")
