# /// script
# requires-python = ">=3.10"
# dependencies = ["flask", "flask-wtf", "flask-babel", "flask-sqlalchemy", "flask-admin<2", "wtforms<3.2", "email-validator"]
# ///
"""Serves forms and an administration, with extensions, templates and translations."""

from flask import Flask, render_template_string
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel, format_currency, gettext
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, validators

app = Flask(__name__)
app.config.update(SECRET_KEY="k", SQLALCHEMY_DATABASE_URI="sqlite://", WTF_CSRF_ENABLED=False, WTF_I18N_ENABLED=True)
database = SQLAlchemy(app)
Babel(app, locale_selector=lambda: "de")


class Thing(database.Model):
    id = database.Column(database.Integer, primary_key=True)
    name = database.Column(database.String)


class Form(FlaskForm):
    number = IntegerField("n", [validators.NumberRange(1, 5)])
    mail = EmailField("m", [validators.Email()])


@app.route("/", methods=["GET", "POST"])
def main():
    form = Form()
    form.validate_on_submit()
    return render_template_string("{{ form.number }}{{ form.errors }}{{ price }}", form=form, price=format_currency(2.5, "EUR"))


Admin(app).add_view(ModelView(Thing, database.session))
with app.app_context():
    database.create_all()
client = app.test_client()
text = client.post("/", data={"number": "9", "mail": "x"}).get_data(as_text=True)
assert "Zahl muss zwischen 1 und 5" in text and "2,50" in text, text
assert client.post("/admin/thing/new/", data={"name": "a"}).status_code == 302
page = client.get("/admin/thing/").get_data(as_text=True)
assert "Bearbeiten" in page or "Datensatz" in page or "Erstellen" in page, page[:2000]
assert client.get("/admin/static/admin/css/bootstrap2/admin.css").status_code == 200
assert gettext
print("ok")
