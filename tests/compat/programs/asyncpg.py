# /// script
# requires-python = ">=3.10"
# dependencies = ["asyncpg"]
# ///
"""Encodes for a server of its own that speaks just enough of the protocol to refuse."""

import asyncio
import struct

import asyncpg
from asyncpg import types
from asyncpg.protocol import protocol


async def handle(reader, writer):
    size = struct.unpack("!i", await reader.readexactly(4))[0]
    start = await reader.readexactly(size - 4)
    assert b"user\0me\0" in start, start
    body = b"SFATAL\0C28000\0Mno entry\0\0"
    writer.write(b"E" + struct.pack("!i", len(body) + 4) + body)
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncpg.connect(host="127.0.0.1", port=port, user="me", database="d", ssl=False, timeout=10)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        assert error.sqlstate == "28000" and "no entry" in str(error)
    else:
        raise AssertionError("connected")
    server.close()


asyncio.run(main())
assert types.Range(1, 5).upper == 5 and protocol.BUILTIN_TYPE_NAME_MAP["int4"] == 23
print("ok")
