"""Stands in for pywin32."""

import sys


class ServiceFramework:
    pass


def HandleCommandLine(service):
    print("handle", service._svc_name_, sys.argv[1:])
