# /// script
# requires-python = ">=3.10"
# dependencies = ["sentry-sdk", "flask"]
# ///
"""Catches an error and sends it to a transport of its own, with integrations loaded by name."""

import logging

import sentry_sdk
from sentry_sdk.integrations.flask import FlaskIntegration
from sentry_sdk.transport import Transport

sent = []


class Keep(Transport):
    def capture_envelope(self, envelope):
        sent.extend(item.payload.json for item in envelope.items if item.headers["type"] == "event")


sentry_sdk.init("http://key@127.0.0.1/1", transport=Keep, integrations=[FlaskIntegration()], release="1")
names = set(sentry_sdk.get_client().integrations)
assert {"flask", "logging", "threading", "stdlib", "atexit", "excepthook"} <= names, names


def fail():
    number = 41
    return number / 0


try:
    fail()
except ZeroDivisionError as error:
    sentry_sdk.capture_exception(error)
logging.error("logged %s", 5)
assert sent[0]["exception"]["values"][0]["type"] == "ZeroDivisionError"
frame = sent[0]["exception"]["values"][0]["stacktrace"]["frames"][-1]
assert frame["vars"]["number"] == "41" and frame["lineno"] > 10
assert sent[1]["logentry"]["message"] == "logged %s"

import flask  # noqa: E402

app = flask.Flask("app")


@app.get("/")
def index():
    raise RuntimeError("x")


assert app.test_client().get("/").status_code == 500
assert sent[2]["exception"]["values"][-1]["type"] == "RuntimeError"
print("ok")
