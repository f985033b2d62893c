# /// script
# requires-python = ">=3.10"
# dependencies = ["boto3"]
# ///
"""Signs and parses requests of two services against a local server."""

import http.server
import threading

import boto3
from botocore.config import Config
from botocore.stub import Stubber

seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        seen.append((self.path, self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("ETag", '"abc"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
keys = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
session = boto3.session.Session(**keys)
config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
s3 = session.client("s3", endpoint_url=f"http://127.0.0.1:{server.server_port}", config=config)
assert s3.put_object(Bucket="b", Key="k.txt", Body=b"content")["ETag"] == '"abc"'
assert seen[0][0] == "/b/k.txt" and "AKID" in seen[0][1] and seen[0][2] == b"content"
server.shutdown()
dynamo = session.resource("dynamodb").Table("t")
with Stubber(dynamo.meta.client) as stub:
    stub.add_response("get_item", {"Item": {"n": {"N": "5"}}}, {"TableName": "t", "Key": {"id": "a"}})
    assert dynamo.get_item(Key={"id": "a"})["Item"]["n"] == 5
assert "eu-west-1" in session.get_available_regions("ec2") and len(session.get_available_services()) > 200
ec2 = session.client("ec2")
assert ec2.get_paginator("describe_instances").result_keys[0].expression == "Reservations"
assert ec2.get_waiter("instance_running").config.max_attempts == 40
url = s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
assert "X-Amz-Signature" in url or "Signature=" in url
print("ok")
