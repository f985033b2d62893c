import win32serviceutil


class Hosted(win32serviceutil.ServiceFramework):
    _svc_name_ = "hosted"
