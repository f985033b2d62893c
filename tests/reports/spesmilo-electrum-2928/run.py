# entry
"""Lists the plug-ins of a program and starts one of them."""

from purse.plugin import Plugins

plugins = Plugins("cmdline")
print(plugins.describe())
print(plugins.load("labels").start())
