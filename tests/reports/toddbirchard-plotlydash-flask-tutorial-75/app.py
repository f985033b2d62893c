"""Starts a web application that is made by a factory."""

from site_app import create_app

app = create_app()
print(app.config["GREETING"])
