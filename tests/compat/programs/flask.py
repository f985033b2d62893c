# /// script
# requires-python = ">=3.10"
# dependencies = ["flask[async]", "flask-sqlalchemy", "flask-wtf"]
# ///
"""Serves pages with templates, sessions, forms and a data base."""

import tempfile
from pathlib import Path

from flask import Blueprint, Flask, flash, get_flashed_messages, render_template, render_template_string, session
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, NumberRange

with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "page.html").write_text("<p>{{ name|upper }} {{ url_for('index') }}</p>")
    app = Flask("app", template_folder=folder)
    app.config.update(SECRET_KEY="k", SQLALCHEMY_DATABASE_URI="sqlite://", WTF_CSRF_ENABLED=False)
    db = SQLAlchemy(app)

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(20))

    class Form(FlaskForm):
        name = StringField(validators=[DataRequired()])
        age = IntegerField(validators=[NumberRange(min=1)])

    @app.route("/")
    def index():
        session["n"] = session.get("n", 0) + 1
        flash("seen")
        return render_template("page.html", name="a") + str(session["n"]) + get_flashed_messages()[-1]

    @app.post("/form")
    async def form():
        data = Form()
        if not data.validate_on_submit():
            return data.errors, 400
        db.session.add(User(name=data.name.data))
        db.session.commit()
        return render_template_string("{{ form.name }}", form=data)

    app.register_blueprint(Blueprint("b", "app", url_prefix="/b"))
    with app.app_context():
        db.create_all()
        client = app.test_client()
        assert client.get("/").text == "<p>A /</p>1seen" and client.get("/").text == "<p>A /</p>2seen"
        assert client.post("/form", data={"name": "x", "age": 0}).status_code == 400
        assert 'value="x"' in client.post("/form", data={"name": "x", "age": 3}).text
        assert db.session.query(User).count() == 1
    app.cli.command("five")(lambda: print(5))
    assert app.test_cli_runner().invoke(args=["five"]).output == "5\n"
print("ok")
