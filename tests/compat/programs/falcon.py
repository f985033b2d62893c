# /// script
# requires-python = ">=3.10"
# dependencies = ["falcon"]
# ///
"""Answers requests through compiled modules, without a server."""

import falcon
import falcon.asgi
from falcon import media, testing


class Thing:
    def on_get(self, request, response, number):
        response.media = {"n": number * 2, "q": request.get_param_as_list("q")}

    def on_post(self, request, response, number):
        response.text = str(request.get_media()["x"])
        response.status = falcon.HTTP_201


class Slow:
    async def on_get(self, request, response):
        response.media = {"a": 1}


app = falcon.App()
app.req_options.media_handlers["application/yaml"] = media.JSONHandler()
app.add_route("/thing/{number:int}", Thing())
client = testing.TestClient(app)
assert client.simulate_get("/thing/4", params={"q": ["a", "b"]}).json == {"n": 8, "q": ["a", "b"]}
answer = client.simulate_post("/thing/4", json={"x": 5})
assert answer.status_code == 201 and answer.text == "5"
assert client.simulate_get("/none").status_code == 404
assert client.simulate_post("/thing/4", body=b"a=1", headers={"Content-Type": "text/x"}).status_code == 415
slow = falcon.asgi.App()
slow.add_route("/", Slow())
assert testing.TestClient(slow).simulate_get("/").json == {"a": 1}
print("ok")
