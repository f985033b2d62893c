"""Completes names as an editor does."""

import jedi

for text in ["import os\nos.getcw", "import json\njson.lo"]:
    print([completion.name for completion in jedi.Script(text).complete()])
