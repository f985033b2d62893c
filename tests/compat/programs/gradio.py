# /// script
# requires-python = ">=3.10"
# dependencies = ["gradio"]
# [tool.freeze-compat]
# rules = ["gradio.toml"]
# ci = false
# ///
"""Serves a page with components of several kinds, and calls its function. It brings pandas and a web server: too much for every run of
the tests."""

import json
import os
import tempfile
import urllib.request

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.chdir(tempfile.mkdtemp())
import gradio

with gradio.Blocks() as demo:
    name = gradio.Textbox(label="name")
    greeting = gradio.Textbox()
    button = gradio.Button("go")
    button.click(lambda name: f"hello {name}", name, greeting, api_name="greet")
    gradio.Plot()
    gradio.Dataframe()
    gradio.Image()

if __name__ == "__main__":
    _, url, _ = demo.launch(prevent_thread_lock=True, server_name="127.0.0.1", server_port=18084, quiet=True)
    page = urllib.request.urlopen(url, timeout=20).read().decode()
    settings = json.load(urllib.request.urlopen(url + "config", timeout=20))
    print("gradio" in page, len(settings["components"]))
    demo.close()
