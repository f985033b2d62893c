"""A FastAPI application served by uvicorn, which finds its parts by name."""

import json
import threading
import time
import urllib.request

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel


class Item(BaseModel):
    name: str
    price: float


app = FastAPI(title="shop")


@app.get("/items/{number}")
async def read(number: int, q: str = "none"):
    if number > 9:
        raise HTTPException(404)
    return {"number": number, "q": q}


@app.post("/items")
def create(item: Item):
    return {"total": item.price * 2}


def main():
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    base = f"http://127.0.0.1:{port}"

    answer = json.load(opener.open(base + "/items/5?q=x"))
    body = json.dumps({"name": "pen", "price": 2.5}).encode()
    post = urllib.request.Request(base + "/items", body, {"Content-Type": "application/json"})
    assert json.load(opener.open(post)) == {"total": 5.0}
    assert json.load(opener.open(base + "/openapi.json"))["info"]["title"] == "shop"
    try:
        opener.open(base + "/items/x")
    except urllib.error.HTTPError as error:
        assert error.code == 422
    server.should_exit = True
    thread.join(30)
    print("fastapi ok", answer)


if __name__ == "__main__":
    main()
