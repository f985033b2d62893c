# /// script
# requires-python = ">=3.10"
# dependencies = ["scrapy"]
# [tool.freeze-compat]
# rules = ["scrapy.toml"]
# ///
"""Crawls a local server with a spider; settings name most of its parts."""

import http.server
import threading

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.selector import Selector


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        pages = {"/": b"<a href='/a'>A</a><a href='/b'>B</a>", "/a": b"<h1>first</h1>", "/b": b"<h1>second</h1>"}
        body = pages.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
items = []


class Titles(scrapy.Spider):
    name = "titles"
    start_urls = [f"http://127.0.0.1:{server.server_port}/"]

    def parse(self, response):
        for title in response.css("h1::text").getall():
            yield {"title": title}
        yield from response.follow_all(css="a", callback=self.parse)


class Keep:
    def process_item(self, item):
        items.append(item["title"])
        return item


assert Selector(text="<p class=a>x</p>").xpath("//p[has-class('a')]/text()").get() == "x"
settings = {"LOG_LEVEL": "ERROR", "ITEM_PIPELINES": {Keep: 1}, "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": True}
process = CrawlerProcess(settings)
process.crawl(Titles)
process.start()
assert sorted(items) == ["first", "second"], items
server.shutdown()
print("ok")
