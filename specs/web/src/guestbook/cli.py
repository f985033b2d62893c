"""The command line of the guest book."""

import argparse

from . import create_app


def main():
    parser = argparse.ArgumentParser(prog="guestbook")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--check", action="store_true", help="write and read an entry, then end")
    arguments = parser.parse_args()
    app = create_app()
    if not arguments.check:
        app.run(port=arguments.port)
        return 0
    client = app.test_client()
    client.post("/", data={"text": "I was here"})
    page = client.get("/").get_data(as_text=True)
    print("entry found" if "<li>I was here</li>" in page else page)
    print("version", client.get("/version").get_json()["version"])
    return 0 if "I was here" in page else 1
