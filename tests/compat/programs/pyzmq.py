# /// script
# requires-python = ">=3.10"
# dependencies = ["pyzmq"]
# ///
"""Exchanges messages over TCP, in threads and with asyncio."""

import asyncio
import threading

import zmq
import zmq.asyncio
from zmq.auth.thread import ThreadAuthenticator
from zmq.devices import ThreadProxy

context = zmq.Context()
reply = context.socket(zmq.REP)
port = reply.bind_to_random_port("tcp://127.0.0.1")


def serve():
    reply.send_json({"got": reply.recv_json()})


threading.Thread(target=serve).start()
with context.socket(zmq.REQ) as request:
    request.connect(f"tcp://127.0.0.1:{port}")
    request.send_json([1, 2])
    assert request.recv_json() == {"got": [1, 2]}
reply.close()


async def exchange():
    push, pull = (zmq.asyncio.Context.instance().socket(k) for k in (zmq.PUSH, zmq.PULL))
    port = pull.bind_to_random_port("tcp://127.0.0.1")
    push.connect(f"tcp://127.0.0.1:{port}")
    await push.send_multipart([b"a", b"b"])
    assert await pull.recv_multipart() == [b"a", b"b"]
    push.close(), pull.close()


asyncio.run(exchange())
assert len(zmq.curve_keypair()[0]) == 40 and zmq.has("curve")
authenticator = ThreadAuthenticator(context)
authenticator.start()
authenticator.stop()
assert ThreadProxy(zmq.ROUTER, zmq.DEALER)
print("ok")
