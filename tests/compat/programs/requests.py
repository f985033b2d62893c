# /// script
# requires-python = ">=3.10"
# dependencies = ["requests[socks]", "requests-toolbelt", "beautifulsoup4", "html5lib", "chardet"]
# ///
"""Asks a local server and reads its pages with several parsers."""

import http.server
import threading

import requests
from bs4 import BeautifulSoup
from requests_toolbelt import MultipartEncoder


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302)
        self.send_header("Location", f"/{len(body)}")
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()

    def do_GET(self):
        body = f"<p class=x>{self.path} {self.headers['Cookie']} ü".encode("latin-1")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=latin-1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
session = requests.Session()
form = MultipartEncoder({"f": ("n.txt", b"12345", "text/plain")})
answer = session.post(f"http://127.0.0.1:{server.server_port}/", data=form, headers={"Content-Type": form.content_type})
assert answer.history[0].status_code == 302 and answer.encoding == "latin-1"
for parser in "html.parser", "html5lib":
    words = BeautifulSoup(answer.text, parser).select_one("p.x").text.split()
    assert words == [f"/{form.len}", "a=b", "ü"], words
try:
    requests.get("http://127.0.0.1:1/")
except requests.ConnectionError as error:
    assert "refused" in str(error)
server.shutdown()
print("ok")
