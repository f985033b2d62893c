# /// script
# requires-python = ">=3.10"
# dependencies = ["bottle"]
# ///
"""Serves pages and templates over a socket."""

import threading
import urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server

import bottle

app = bottle.Bottle()


@app.get("/hello/<name:re:[a-z]+>")
def hello(name):
    return bottle.template("<b>{{name}}</b>% if True:\n!\n% end", name=name)


@app.post("/json")
def read():
    return {"got": bottle.request.json["n"] + 1}


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
assert urllib.request.urlopen(f"{base}/hello/you").read().startswith(b"<b>you</b>")
request = urllib.request.Request(f"{base}/json", b'{"n": 4}', {"Content-Type": "application/json"})
assert urllib.request.urlopen(request).read() == b'{"got": 5}'
server.shutdown()
print("ok")
