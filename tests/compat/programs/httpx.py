# /// script
# requires-python = ">=3.10"
# dependencies = ["httpx[http2,brotli,zstd,socks,cli]", "trustme"]
# ///
"""Asks a local server synchronously and not, over TLS too, and a transport in memory."""

import asyncio
import gzip
import http.server
import ssl
import threading

import httpx
import trustme


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = gzip.compress(b"text")
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


authority = trustme.CA()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("localhost").configure_cert(context)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"https://localhost:{server.server_port}/"
trust = ssl.create_default_context()
authority.configure_trust(trust)
with httpx.Client(verify=trust) as client:
    answer = client.get(url)
    assert answer.text == "text" and client.cookies["a"] == "b"
try:
    httpx.get(url)
except httpx.ConnectError as error:
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)


async def ask():
    async with httpx.AsyncClient(verify=trust, http2=True) as client:
        answers = await asyncio.gather(*[client.get(url) for _ in range(3)])
        assert [a.text for a in answers] == ["text"] * 3


asyncio.run(ask())
transport = httpx.MockTransport(lambda request: httpx.Response(418, json={"p": request.url.path}))
assert httpx.Client(transport=transport).get("http://x/y").json() == {"p": "/y"}
server.shutdown()
print("ok")
