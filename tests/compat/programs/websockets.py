# /// script
# requires-python = ">=3.10"
# dependencies = ["websockets"]
# ///
"""Serves and asks, synchronously and not; its names load lazily."""

import asyncio

import websockets
from websockets.asyncio.server import serve
from websockets.sync.client import connect


async def echo(socket):
    async for message in socket:
        await socket.send(message[::-1])


async def main():
    async with serve(echo, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with websockets.connect(url) as socket:
            await socket.send("abc" * 1000)
            assert await socket.recv() == "cba" * 1000

        def ask():
            with connect(url) as socket:
                socket.send(b"ab")
                return socket.recv()

        assert await asyncio.to_thread(ask) == b"ba"


asyncio.run(main())
from websockets.speedups import apply_mask  # noqa: E402

assert apply_mask(b"\1\2", b"\1\1\1\1") == b"\0\3" and websockets.exceptions.ConnectionClosedOK
print("ok")
