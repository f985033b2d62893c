"""Lets a library read the pages beside the program."""

import os

import webview_small

os.chdir(os.path.dirname(os.path.abspath(__file__)))
webview_small.init("web")
print(sorted(webview_small.functions))
