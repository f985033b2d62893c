# /// script
# requires-python = ">=3.10"
# dependencies = ["celery"]
# [tool.freeze-compat]
# ci = true
# ///
"""Runs tasks in a worker with transport and result store in memory."""

from celery import Celery, chain, group
from celery.contrib.testing.worker import start_worker

app = Celery("app", broker="memory://", backend="cache+memory://")
app.conf.task_always_eager = False


@app.task
def add(x, y):
    return x + y


@app.task(name="celery.ping")
def ping():
    return "pong"


with start_worker(app, pool="solo", loglevel="error", perform_ping_check=False):
    assert add.delay(2, 3).get(timeout=30) == 5
    assert chain(add.s(1, 2), add.s(10)).apply_async().get(timeout=30) == 13
app.conf.task_always_eager = True
assert group(add.s(i, i) for i in range(3)).apply().get() == [0, 2, 4]
assert app.conf.result_serializer == "json"
print("ok")
