# /// script
# requires-python = ">=3.10"
# dependencies = ["litestar[standard]"]
# ///
"""Answers requests through its test client."""

from dataclasses import dataclass

from litestar import Litestar, get, post
from litestar.testing import TestClient


@dataclass
class Item:
    name: str
    n: int


@get("/items/{n:int}", sync_to_thread=False)
def read(n: int) -> dict[str, int]:
    return {"n": n}


@post("/items")
async def write(data: Item) -> Item:
    return Item(data.name.upper(), data.n + 1)


with TestClient(Litestar([read, write])) as client:
    assert client.get("/items/4").json() == {"n": 4}
    assert client.post("/items", json={"name": "a", "n": 1}).json() == {"name": "A", "n": 2}
    assert client.post("/items", json={"name": "a"}).status_code == 400
    assert "/items" in client.get("/schema/openapi.json").json()["paths"]
    assert client.get("/schema").status_code == 200
print("ok")
