from PyInstaller.utils.hooks import is_module_satisfies

excludedimports = [] if is_module_satisfies("no-such-distribution >= 1") else ["json.tool"]
