import sys, ctypes, pathlib
window = ctypes.windll.kernel32.GetConsoleWindow()
user = ctypes.windll.user32
said = window != 0, user.IsWindowVisible(window), user.IsIconic(window)
pathlib.Path(sys.argv[1]).write_text(repr(said))
