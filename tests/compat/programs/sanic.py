# /// script
# requires-python = ">=3.10"
# dependencies = ["sanic"]
# [tool.freeze-compat]
# rules = ["sanic.toml"]
# ///
"""Answers a request with a typed parameter, then stops."""

import asyncio
import urllib.request

from sanic import Sanic, text

PORT = 18083
app = Sanic("app")


@app.get("/double/<n:int>")
async def double(request, n):
    return text(f"twice is {2 * n}")


@app.after_server_start
async def ask(app, loop):
    async def get():
        answer = await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{PORT}/double/21", timeout=20)
        print(answer.read().decode())
        app.stop()

    app.add_task(get())


if __name__ == "__main__":
    app.run("127.0.0.1", PORT, single_process=True, access_log=False, motd=False)
    print("end")
