# /// script
# requires-python = ">=3.10"
# dependencies = ["trame", "trame-vuetify", "aiohttp"]
# ///
"""Serves an app and its page over HTTP."""

import asyncio

import aiohttp
from trame.app import get_server
from trame.ui.vuetify3 import SinglePageLayout
from trame.widgets import html, vuetify3

server = get_server("test", client_type="vue3")
server.state.n = 5


@server.controller.add("reset")
def reset():
    server.state.n = 0


with SinglePageLayout(server) as layout:
    layout.title.set_text("Demo")
    with layout.content:
        vuetify3.VSlider(v_model=("n", 5), max=10)
        html.Div("{{ n }}")
assert "VSlider" in layout.html
server.controller.reset()
assert server.state.n == 0


async def main():
    task = server.start(
        port=0, host="127.0.0.1", open_browser=False, exec_mode="task", show_connection_info=False, timeout=0
    )
    await server.ready
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{server.port}/index.html") as answer:
            page = await answer.text()
            assert answer.status == 200 and "<script" in page, page
    await server.stop()
    await asyncio.wait([task], timeout=5)


asyncio.run(main())
print("ok")
