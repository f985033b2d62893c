import sys, os, ssl, sqlite3, ctypes, json
print(ascii(sys.argv[1:]), sys.frozen, os.path.basename(sys.executable), sys.version_info[:2])
print(os.path.dirname(__file__) == sys._MEIPASS, '\\' in __file__, '\u017c' in os.getcwd())
sys.exit(len(sys.argv))
