"""A guest book on the web."""

from flask import Flask, redirect, render_template, request

__version__ = "1.0"


def create_app():
    app = Flask(__name__)
    entries = []

    @app.get("/")
    def index():
        return render_template("index.html", entries=entries)

    @app.post("/")
    def write():
        entries.append(request.form["text"])
        return redirect("/")

    @app.get("/version")
    def version():
        return {"version": __version__}

    return app
