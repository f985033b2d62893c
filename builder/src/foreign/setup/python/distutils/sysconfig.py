"""Where the interpreter that builds has its files."""

import os
import sys
import sysconfig

PREFIX, EXEC_PREFIX = sys.prefix, sys.exec_prefix
BASE_PREFIX = sys.base_prefix
get_config_var, get_config_vars = sysconfig.get_config_var, sysconfig.get_config_vars


def get_python_lib(plat_specific=0, standard_lib=0, prefix=None):
    name = "stdlib" if standard_lib else "platlib" if plat_specific else "purelib"
    return sysconfig.get_path(name, vars={"base": prefix, "platbase": prefix} if prefix else None)


def get_python_inc(plat_specific=0, prefix=None):
    return sysconfig.get_path("platinclude" if plat_specific else "include")


def get_python_version():
    return "%d.%d" % sys.version_info[:2]


def get_makefile_filename():
    return os.path.join(get_python_lib(1, 1), "config", "Makefile")


def customize_compiler(compiler):
    """Nothing is compiled."""
