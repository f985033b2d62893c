# /// script
# requires-python = ">=3.10"
# dependencies = ["redis[hiredis]"]
# ///
"""Talks to a small server of its own."""

import asyncio
import socketserver
import threading

import redis
import redis.asyncio
from redis.utils import HIREDIS_AVAILABLE

store = {}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2])
            name = words[0].upper()
            if name == b"SET":
                store[words[1]] = words[2]
                answer = b"+OK\r\n"
            elif name == b"GET":
                value = store.get(words[1])
                answer = b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)
            elif name in (b"INCR", b"INCRBY"):
                store[words[1]] = b"%d" % (int(store.get(words[1], 0)) + 1)
                answer = b":%s\r\n" % store[words[1]]
            elif name == b"PING":
                answer = b"+PONG\r\n"
            elif name in (b"HELLO", b"CLIENT"):
                answer = b"-ERR unknown command\r\n" if name == b"HELLO" else b"+OK\r\n"
            else:
                answer = b"-ERR unknown command " + name + b"\r\n"
            self.wfile.write(answer)


socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    client = redis.Redis("127.0.0.1", port, decode_responses=True, protocol=2)
    assert client.ping() and client.set("k", "ü") and client.get("k") == "ü" and client.get("none") is None
    assert client.incr("n") == 1 and client.incr("n") == 2
    with client.pipeline(transaction=False) as pipe:
        assert pipe.set("a", 1).get("a").execute() == [True, "1"]
    try:
        client.lpush("l", 1)
    except redis.ResponseError as error:
        assert "unknown command" in str(error)

    async def ask():
        other = redis.asyncio.from_url(f"redis://127.0.0.1:{port}/0?protocol=2")
        assert await other.get("k") == "ü".encode()
        await other.aclose()

    asyncio.run(ask())
    client.close()
    server.shutdown()
assert HIREDIS_AVAILABLE
print("ok")
