# /// script
# requires-python = ">=3.10"
# dependencies = ["pyramid", "pyramid-jinja2", "pyramid-chameleon", "webtest"]
# [tool.freeze-compat]
# rules = ["pyramid.toml"]
# ///
"""Answers requests of views found by scanning, with templates and files of packages."""

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config
from webtest import TestApp


@view_config(route_name="json", renderer="json")
def as_json(request):
    return {"n": int(request.matchdict["n"]) * 2}


@view_config(route_name="text")
def as_text(request):
    request.session["seen"] = 1
    return Response("hello", content_type="text/plain")


with Configurator(session_factory=SignedCookieSessionFactory("s")) as config:
    config.include("pyramid_jinja2")
    config.include("pyramid_chameleon")
    config.add_route("json", "/json/{n}")
    config.add_route("text", "/text")
    config.add_static_view("static", "pyramid:scripts")
    config.scan("__main__")
    app = TestApp(config.make_wsgi_app())
assert app.get("/json/4").json == {"n": 8}
answer = app.get("/text")
assert answer.text == "hello" and answer.headers["Set-Cookie"]
assert "404" in app.get("/none", status=404).text
print("ok")
