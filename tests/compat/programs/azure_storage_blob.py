# /// script
# requires-python = ">=3.10"
# dependencies = ["azure-storage-blob", "azure-identity"]
# ///
"""Sends a blob to a server on the loopback, through packages that share a namespace."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from azure.core.exceptions import ResourceNotFoundError
from azure.identity import ClientSecretCredential, DefaultAzureCredential
from azure.storage.blob import BlobServiceClient, generate_blob_sas

blobs = {}


class Service(BaseHTTPRequestHandler):
    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        blobs[self.path] = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.answer(201, ETag='"1"', Last_Modified="Wed, 01 Jan 2020 00:00:00 GMT")

    def do_GET(self):
        if "comp=list" in self.path:
            self.answer(
                200,
                b"<?xml version='1.0'?><EnumerationResults><Blobs><Blob><Name>a.txt</Name><Properties><BlobType>BlockBlob</BlobType></Properties></Blob></Blobs>"
                b"<NextMarker/></EnumerationResults>",
                Content_Type="application/xml",
            )
        elif self.path in blobs:
            data = blobs[self.path]
            self.answer(206, data, Content_Range=f"bytes 0-{len(data) - 1}/{len(data)}", x_ms_blob_type="BlockBlob", ETag='"1"')
        else:
            self.answer(404, x_ms_error_code="BlobNotFound")

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/account"
client = BlobServiceClient(url, credential={"account_name": "account", "account_key": "a2V5"}, retry_total=0)
blob = client.get_blob_client("box", "a.txt")
blob.upload_blob(b"hello", overwrite=True)
assert list(blobs.values()) == [b"hello"]
assert blob.download_blob().readall() == b"hello"
assert [b.name for b in client.get_container_client("box").list_blobs()] == ["a.txt"]
try:
    client.get_blob_client("box", "none").download_blob()
except ResourceNotFoundError as error:
    assert error.error_code == "BlobNotFound"
else:
    raise AssertionError("found")
assert "sig=" in generate_blob_sas("account", "box", "a.txt", account_key="a2V5", permission="r", expiry="2030-01-01")
assert DefaultAzureCredential().credentials and ClientSecretCredential("t", "c", "s")
server.shutdown()
print("ok")
