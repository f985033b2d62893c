"""Stands in for pywin32."""

hosted = []


def Initialize():
    print("host")


def PrepareToHostSingle(service):
    hosted.append(service)


def StartServiceCtrlDispatcher():
    for service in hosted:
        print(service._svc_name_)
        running = service([service._svc_name_])
        print("accepts", running.GetAcceptedControls())
        running.SvcDoRun()
        running.SvcOtherEx(14, 5, (2,))
        running.SvcStop()
