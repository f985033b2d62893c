# /// script
# requires-python = ">=3.10"
# dependencies = ["aiohttp[speedups]"]
# ///
"""Serves and asks, with forms, sockets and compressed answers."""

import asyncio

import aiohttp
from aiohttp import web


async def index(request):
    return web.json_response({"q": dict(request.query)})


async def upload(request):
    form = await request.post()
    answer = web.Response(text=form["f"].file.read().decode() * 1000)
    answer.enable_compression()
    return answer


async def echo(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data[::-1])
    return socket


async def main():
    app = web.Application()
    app.add_routes([web.get("/", index), web.post("/up", upload), web.get("/ws", echo)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        async with session.get(base, params={"a": "1"}) as answer:
            assert await answer.json() == {"q": {"a": "1"}}
        form = aiohttp.FormData()
        form.add_field("f", b"xyz", filename="f.txt")
        async with session.post(f"{base}/up", data=form) as answer:
            assert await answer.text() == "xyz" * 1000
        async with session.ws_connect(f"{base}/ws") as socket:
            await socket.send_str("abc")
            assert await socket.receive_str() == "cba"
    await runner.cleanup()


asyncio.run(main())
from aiohttp import http_parser  # noqa: E402

assert http_parser.HttpRequestParser is not http_parser.HttpRequestParserPy
assert aiohttp.AsyncResolver
print("ok")
