# /// script
# requires-python = ">=3.10"
# dependencies = ["google-api-python-client"]
# [tool.freeze-compat]
# rules = ["data_by_name.toml"]
# ci = false
# ///
"""Builds a service from the bundled discovery documents and calls it with a canned answer."""

from googleapiclient.discovery import build
from googleapiclient.http import HttpMock, HttpMockSequence, MediaInMemoryUpload

http = HttpMockSequence([({"status": "200"}, '{"items": [{"id": "1", "title": "A"}]}')])
tasks = build("tasks", "v1", http=http, static_discovery=True)
answer = tasks.tasklists().list(maxResults=5).execute()
assert answer["items"][0]["title"] == "A"
drive = build("drive", "v3", http=HttpMock(headers={"status": "200"}), developerKey="k", static_discovery=True)
request = drive.files().create(body={"name": "f"}, media_body=MediaInMemoryUpload(b"abc", "text/plain"))
assert "uploadType=multipart" in request.uri and request.method == "POST"
print("ok")
