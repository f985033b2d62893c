# /// script
# requires-python = ">=3.10"
# dependencies = ["jupyter-server", "ipykernel"]
# ///
"""Serves a folder as Jupyter does, with its extensions and templates."""

import json
import os
import tempfile
import threading
import time
import urllib.request

home = tempfile.mkdtemp()
for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
    os.environ[name] = home
import nbformat
from jupyter_server.serverapp import ServerApp

nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), f"{home}/a.ipynb")
app = ServerApp(
    ip="127.0.0.1", port=0, open_browser=False, allow_root=True, token="t", root_dir=home, log_level=50, port_retries=0
)
app.initialize(argv=[])
seen = {}


def ask():
    base = f"http://127.0.0.1:{app.http_server._sockets and list(app.http_server._sockets.values())[0].getsockname()[1]}"
    try:
        for path in ("api/status", "api/contents", "api/kernelspecs", "api/contents/a.ipynb"):
            with urllib.request.urlopen(f"{base}/{path}?token=t", timeout=20) as answer:
                seen[path] = json.load(answer)
        with urllib.request.urlopen(f"{base}/login", timeout=20) as answer:
            seen["login"] = answer.read().decode()
    finally:
        app.io_loop.add_callback(app.io_loop.stop)


threading.Thread(target=lambda: (time.sleep(0.5), ask()), daemon=True).start()
app.start()
assert [c["name"] for c in seen["api/contents"]["content"]] == ["a.ipynb"] or "a.ipynb" in str(seen["api/contents"])
assert seen["api/contents/a.ipynb"]["content"]["cells"][0]["source"] == "1 + 1"
assert "kernelspecs" in seen["api/kernelspecs"] and "<html" in seen["login"].lower()
print("ok")
