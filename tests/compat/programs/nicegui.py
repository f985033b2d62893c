# /// script
# requires-python = ">=3.10"
# dependencies = ["nicegui"]
# ///
"""Serves a page with the bundled scripts and styles."""

import os
import tempfile
import threading
import urllib.request

os.chdir(tempfile.mkdtemp())
from nicegui import app, ui

seen = {}
port = 18769


def ask():
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            seen["page"] = answer.read().decode()
        import re

        for path in sorted(set(re.findall(r"/_nicegui/[\w./-]+[.](?:js|css)", seen["page"])))[:6]:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
                seen[path] = len(answer.read())
    finally:
        app.shutdown()


@ui.page("/")
def main():
    ui.label("hello there")
    ui.echart({"xAxis": {"type": "value"}, "series": [{"type": "line", "data": [1, 2]}]})
    ui.markdown("**bold**")


app.on_startup(lambda: threading.Thread(target=ask, daemon=True).start())
ui.run(port=port, reload=False, show=False, show_welcome_message=False)
assert len(seen) > 2 and all(seen.values()), seen
print("ok")
