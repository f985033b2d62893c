"""Stands in for pywin32."""


class ServiceFramework:
    def __init__(self, arguments):
        print("arguments", arguments)

    def GetAcceptedControls(self):
        return 1

    def ReportServiceStatus(self, status):
        print(status)


def RemoveService(name):
    print("remove", name)
