# /// script
# requires-python = ">=3.10"
# dependencies = ["google-cloud-pubsub"]
# ///
"""Publishes to a service of gRPC on the loopback."""

from concurrent import futures

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud import pubsub_v1
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.types import PublishRequest, PublishResponse

seen = []


def publish(request, context):
    seen.extend(m.data for m in request.messages)
    return PublishResponse(message_ids=[str(len(seen))])


handler = grpc.unary_unary_rpc_method_handler(publish, PublishRequest.deserialize, PublishResponse.serialize)
server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers(
    [grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", {"Publish": handler})]
)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
transport = PublisherGrpcTransport(channel=grpc.insecure_channel(f"127.0.0.1:{port}"))
publisher = pubsub_v1.PublisherClient(transport=transport)
assert publisher.topic_path("p", "t") == "projects/p/topics/t"
assert publisher.publish("projects/p/topics/t", b"hello", colour="red").result(timeout=20) == "1"
assert seen == [b"hello"]
assert AnonymousCredentials().valid
publisher.stop()
server.stop(None)
print("ok")
