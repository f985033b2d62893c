# /// script
# requires-python = ">=3.10"
# dependencies = ["starlette[full]", "httpx"]
# ///
"""Answers a test client, with sessions, templates, static files and middleware."""

import tempfile
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.testclient import TestClient

with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "a.css").write_text("b {}")
    (Path(folder) / "p.html").write_text("<p>{{ n }}</p>")
    templates = Jinja2Templates(folder)

    async def count(request):
        request.session["n"] = request.session.get("n", 0) + 1
        return JSONResponse(request.session["n"])

    async def page(request):
        return templates.TemplateResponse(request, "p.html", {"n": 5})

    async def stream(request):
        return StreamingResponse((str(i) for i in range(5)))

    routes = [
        Route("/count", count),
        Route("/page", page),
        Route("/stream", stream),
        Mount("/s", StaticFiles(directory=folder)),
    ]
    app = Starlette(
        routes=routes, middleware=[Middleware(SessionMiddleware, secret_key="k"), Middleware(GZipMiddleware)]
    )
    client = TestClient(app)
    assert client.get("/count").json() == 1 and client.get("/count").json() == 2
    assert client.get("/page").text == "<p>5</p>" and client.get("/stream").text == "01234"
    assert client.get("/s/a.css").headers["content-type"].startswith("text/css")
print("ok")
