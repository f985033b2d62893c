# /// script
# requires-python = ">=3.10"
# dependencies = ["uvicorn[standard]", "httpx"]
# [tool.freeze-compat]
# ci = true
# ///
"""Serves an app over HTTP and a socket, with loops and protocols that are loaded by name."""

import asyncio
import json

import httpx
import uvicorn
import websockets

seen = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            seen.append(message["type"])
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        text = (await receive())["text"]
        await send({"type": "websocket.send", "text": text[::-1]})
        await send({"type": "websocket.close"})
    else:
        body = json.dumps({"path": scope["path"]}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})


async def serve(http, ws):
    config = uvicorn.Config(app, port=0, log_level="warning", http=http, ws=ws)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/x")).json() == {"path": "/x"}
    async with websockets.connect(f"ws://127.0.0.1:{port}/") as socket:
        await socket.send("abc")
        assert await socket.recv() == "cba"
    server.should_exit = True
    await task


for http in "auto", "h11", "httptools":
    asyncio.run(serve(http, "auto"))
assert seen.count("lifespan.startup") == 3 and seen.count("lifespan.shutdown") == 3
loop = uvicorn.Config(app, loop="uvloop").get_loop_factory()
assert "uvloop" in repr(loop()), loop
print("ok")
