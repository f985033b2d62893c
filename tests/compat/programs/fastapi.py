# /// script
# requires-python = ">=3.10"
# dependencies = ["fastapi[standard]"]
# ///
"""Answers a test client, with dependencies, forms, sockets and its description."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, File, Form, HTTPException, UploadFile, WebSocket
from fastapi.security import OAuth2PasswordBearer
from fastapi.testclient import TestClient
from pydantic import BaseModel

app = FastAPI()
done = []


class Item(BaseModel):
    name: str
    price: float


@app.post("/items", status_code=201)
def create(item: Item, tasks: BackgroundTasks) -> Item:
    tasks.add_task(done.append, item.name)
    return item


@app.get("/me")
async def me(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="t"))]):
    if token != "secret":
        raise HTTPException(403)
    return {"token": token}


@app.post("/up")
async def upload(file: Annotated[UploadFile, File()], word: Annotated[str, Form()]):
    return {"size": len(await file.read()), "word": word}


@app.websocket("/ws")
async def socket(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text((await websocket.receive_text())[::-1])


with TestClient(app) as client:
    assert client.post("/items", json={"name": "a", "price": 1.5}).json() == {"name": "a", "price": 1.5} and done == [
        "a"
    ]
    assert client.post("/items", json={"name": "a"}).status_code == 422
    assert (
        client.get("/me").status_code == 401
        and client.get("/me", headers={"Authorization": "Bearer x"}).status_code == 403
    )
    assert client.post("/up", files={"file": b"1234"}, data={"word": "w"}).json() == {"size": 4, "word": "w"}
    with client.websocket_connect("/ws") as websocket:
        websocket.send_text("abc")
        assert websocket.receive_text() == "cba"
    assert "/items" in client.get("/openapi.json").json()["paths"] and client.get("/docs").status_code == 200
print("ok")
