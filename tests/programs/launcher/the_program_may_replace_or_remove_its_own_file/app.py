import os, sys
os.unlink(sys.executable)
import json, xml.etree.ElementTree, sqlite3, decimal
print('goes on')
