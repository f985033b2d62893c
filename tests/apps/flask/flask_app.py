"""A Flask site with a template and a static file, asked over real HTTP."""

import threading
import urllib.request

from flask import Flask, jsonify, render_template, request
from werkzeug.serving import make_server

site = Flask(__name__)


@site.route("/")
def index():
    return render_template("index.html", items=["one", "two"])


@site.route("/add", methods=["POST"])
def add():
    return jsonify(sum=sum(request.get_json()))


@site.route("/broken")
def broken():
    raise RuntimeError("on purpose")


def main():
    server = make_server("127.0.0.1", 0, site, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    base = f"http://127.0.0.1:{server.server_port}"

    page = opener.open(base + "/").read().decode()
    assert "<li>one</li>" in page and "/static/style.css" in page, page
    assert b"color" in opener.open(base + "/static/style.css").read()
    add = urllib.request.Request(base + "/add", b"[1, 2]", {"Content-Type": "application/json"})
    answer = opener.open(add).read().decode().strip()
    try:
        opener.open(base + "/missing")
    except urllib.error.HTTPError as error:
        assert error.code == 404
    server.shutdown()
    print("flask ok", answer)


if __name__ == "__main__":
    main()
