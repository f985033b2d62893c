"""Asks a local server with requests and shows the answer in a table of rich."""

import http.server
import io
import json
import threading

import certifi
import requests
import rich.console
import rich.markdown
import rich.syntax
import rich.table
import rich.traceback


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"path": self.path, "got": json.loads(body), "agent": self.headers["User-Agent"]})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *arguments):
        pass


def main():
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"http://127.0.0.1:{server.server_port}/a?b=c", json={"n": 1}, timeout=30)
    server.shutdown()
    answer.raise_for_status()
    document = answer.json()
    assert document["path"] == "/a?b=c" and document["agent"].startswith("python-requests/")

    with open(certifi.where(), encoding="utf-8") as file:
        assert "BEGIN CERTIFICATE" in file.read()
    try:
        requests.get("https://127.0.0.1:1/", timeout=1)
    except requests.exceptions.ConnectionError:
        pass

    out = io.StringIO()
    console = rich.console.Console(file=out, width=40, force_terminal=True, color_system="truecolor")
    table = rich.table.Table("key", "value")
    table.add_row("n", str(document["got"]["n"]))
    console.print(table)
    console.print(rich.syntax.Syntax("def f(): pass", "python"))
    console.print(rich.markdown.Markdown("# Title\n\n*text* :smile:"))
    console.print(":rocket:")
    text = out.getvalue()
    assert "│ n   │ 1     │" in text and "\x1b[" in text and "🚀" in text, text
    print("requests and rich ok", document["got"])


if __name__ == "__main__":
    main()
