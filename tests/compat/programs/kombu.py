# /// script
# requires-python = ">=3.10"
# dependencies = ["kombu[msgpack,yaml]"]
# ///
"""Sends messages through transports and serializers that are loaded by name."""

from kombu import Connection, Exchange, Queue
from kombu.serialization import dumps, loads

for name in "json", "msgpack", "yaml", "pickle":
    content_type, encoding, payload = dumps({"a": [1, 2]}, serializer=name)
    assert loads(payload, content_type, encoding, accept={content_type}) == {"a": [1, 2]}
got = []
with Connection("memory://") as connection:
    queue = Queue("q", Exchange("e"), routing_key="k")
    connection.Producer().publish(
        {"n": 1}, exchange=queue.exchange, routing_key="k", declare=[queue], compression="zlib"
    )
    with connection.Consumer(queue, callbacks=[lambda body, message: (got.append(body), message.ack())]):
        connection.drain_events(timeout=5)
assert got == [{"n": 1}]
with Connection("memory://") as connection:
    simple = connection.SimpleQueue("s")
    simple.put("x")
    assert simple.get(timeout=5).payload == "x"
assert Connection("amqp://h:1//").transport_cls == "amqp"
print("ok")
