# /// script
# requires-python = ">=3.10"
# dependencies = ["streamlit"]
# [tool.freeze-compat]
# rules = ["streamlit.toml"]
# ///
"""Runs an app in its test driver, and serves one over HTTP."""

import socket
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = """
import streamlit as st
st.title("Hello")
n = st.slider("n", 0, 10, 3)
if st.button("go"):
    st.write("went", n)
st.dataframe({"a": [1, 2]})
"""
test = AppTest.from_string(APP).run(timeout=60)
assert not test.exception and test.title[0].value == "Hello" and test.slider[0].value == 3
test.button[0].click().run(timeout=60)
assert "went" in test.markdown[0].value

from streamlit import config  # noqa: E402
from streamlit.web import bootstrap  # noqa: E402

with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]
failed = []


def ask():
    try:
        for _ in range(300):
            try:
                assert urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").read() == b"ok"
                break
            except OSError:
                time.sleep(0.1)
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
        assert b"Streamlit" in page, page[:200]
        print("ok", flush=True)
    except BaseException as error:
        failed.append(error)
        print(repr(error), file=sys.stderr, flush=True)
    import os

    os._exit(1 if failed else 0)


with tempfile.TemporaryDirectory() as folder:
    script = Path(folder) / "app.py"
    script.write_text(APP)
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": True}
    options |= {"global.developmentMode": False, "browser.gatherUsageStats": False, "server.fileWatcherType": "none"}
    for key, value in options.items():
        config.set_option(key, value)
    threading.Thread(target=ask, daemon=True).start()
    bootstrap.run(str(script), False, [], {})
