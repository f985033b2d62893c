# /// script
# requires-python = ">=3.10"
# dependencies = ["google-cloud-storage"]
# ///
"""Uploads to a server on the loopback that speaks a little of the service."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.cloud.exceptions import NotFound

objects = {}


class Service(BaseHTTPRequestHandler):
    def answer(self, code, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        objects["a.txt"] = body.split(b"\r\n\r\n")[2].split(b"\r\n--")[0]
        self.answer(200, {"name": "a.txt", "bucket": "b", "size": str(len(objects["a.txt"]))})

    def do_GET(self):
        if "alt=media" in self.path:
            self.answer(200, objects["a.txt"])
        elif self.path.startswith("/storage/v1/b/b/o?"):
            self.answer(200, {"items": [{"name": name} for name in objects]})
        else:
            self.answer(404, {"error": {"message": "no such thing"}})

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{server.server_port}"
client = storage.Client("p", AnonymousCredentials(), client_options={"api_endpoint": endpoint})
bucket = client.bucket("b")
blob = bucket.blob("a.txt")
blob.upload_from_string("hello", checksum=None)
assert objects == {"a.txt": b"hello"} and blob.size == 5
assert blob.download_as_bytes(checksum=None) == b"hello"
assert [b.name for b in client.list_blobs("b")] == ["a.txt"]
try:
    client.get_bucket("other")
except NotFound:
    pass
else:
    raise AssertionError("found")
server.shutdown()
print("ok")
