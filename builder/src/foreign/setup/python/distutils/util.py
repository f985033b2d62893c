"""Helpers of setup scripts."""

import os

from _freeze_order import order
from _freeze_platform import platform_tag


def get_platform():
    return platform_tag(order["target"])


get_host_platform = get_platform


def convert_path(path):
    return os.path.join(*path.split("/")) if path and not path.startswith("/") else path


def strtobool(value):
    value = value.lower()
    if value in ("y", "yes", "t", "true", "on", "1"):
        return 1
    if value in ("n", "no", "f", "false", "off", "0"):
        return 0
    raise ValueError("invalid truth value %r" % (value,))


def byte_compile(*arguments, **options):
    """The builder compiles modules itself."""


def change_root(root, path):
    return os.path.join(root, path.lstrip(os.sep))


def check_environ():
    """There is nothing to prepare."""


def execute(function, arguments, *more, **options):
    function(*arguments)
