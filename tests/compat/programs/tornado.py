# /// script
# requires-python = ">=3.10"
# dependencies = ["tornado", "pycurl"]
# ///
"""Serves pages, templates and a socket, and calls them with two clients."""

import asyncio
import tempfile
from pathlib import Path

import tornado.web
import tornado.websocket
from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.testing import bind_unused_port


class Page(tornado.web.RequestHandler):
    def get(self):
        self.render("page.html", n=[1, 2])


class Echo(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(message[::-1])


async def main(folder):
    (Path(folder) / "page.html").write_text("{% for i in n %}<{{ i }}>{% end %}")
    app = tornado.web.Application([("/", Page), ("/echo", Echo)], template_path=folder, compress_response=True)
    server = HTTPServer(app)
    listener, port = bind_unused_port()
    server.add_sockets([listener])
    for client in SimpleAsyncHTTPClient(), CurlAsyncHTTPClient():
        assert (await client.fetch(f"http://127.0.0.1:{port}/")).body == b"<1><2>"
    try:
        await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/none")
    except tornado.httpclient.HTTPClientError as error:
        assert error.code == 404
    connection = await tornado.websocket.websocket_connect(f"ws://127.0.0.1:{port}/echo")
    await connection.write_message("abc")
    assert await connection.read_message() == "cba"
    connection.close()


with tempfile.TemporaryDirectory() as folder:
    asyncio.run(main(folder))
print("ok")
