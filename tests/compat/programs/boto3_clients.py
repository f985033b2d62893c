# /// script
# requires-python = ">=3.10"
# dependencies = ["boto3"]
# [tool.freeze-compat]
# rules = ["data_by_name.toml"]
# ///
"""Makes clients and resources of a few services, whose names are in calls, in a loop and in arguments of a function."""

import boto3
from botocore.stub import Stubber

KEYS = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}


def connect(name, **options):
    return boto3.client(name, **KEYS, **options)


s3 = boto3.client("s3", **KEYS)
with Stubber(s3) as stub:
    stub.add_response("list_buckets", {"Buckets": [{"Name": "one"}]})
    assert s3.list_buckets()["Buckets"][0]["Name"] == "one"
assert s3.get_waiter("bucket_exists").config.max_attempts == 20
for service in ("kms", "ssm"):
    assert boto3.client(service, **KEYS).meta.service_model.service_name == service
assert connect("sqs", use_ssl=False).can_paginate("list_queues")
session = boto3.Session(**KEYS)
assert session.resource("dynamodb").Table("t").meta.client.meta.service_model.service_id == "DynamoDB"
assert session.client(service_name="ec2").get_paginator("describe_instances").result_keys
print("ok")
