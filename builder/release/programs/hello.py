import json
import sys

print(json.dumps({"hello": sys.argv[1:], "frozen": getattr(sys, "frozen", False)}))
