# /// script
# requires-python = ">=3.10"
# dependencies = ["connexion[flask,swagger-ui]"]
# ///
"""Serves an API from its description, which is checked by bundled schemas."""

import tempfile
from pathlib import Path

import connexion

SPEC = """
openapi: 3.0.0
info: {title: t, version: "1"}
paths:
  /greet/{name}:
    get:
      operationId: __main__.greet
      parameters:
        - {name: name, in: path, required: true, schema: {type: string, maxLength: 5}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
"""


def greet(name):
    return {"hello": name}


with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "api.yaml").write_text(SPEC)
    app = connexion.FlaskApp("app", specification_dir=folder)
    app.add_api("api.yaml", validate_responses=True)
    with app.test_client() as client:
        assert client.get("/greet/you").json() == {"hello": "you"}
        assert client.get("/greet/toolong").status_code == 400
        assert client.get("/openapi.json").json()["info"]["title"] == "t"
        assert "swagger" in client.get("/ui/").text.lower()
print("ok")
