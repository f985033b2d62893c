# /// script
# requires-python = ">=3.10"
# dependencies = ["grpcio", "grpcio-tools", "grpcio-health-checking", "grpcio-reflection"]
# ///
"""Serves and calls methods over the loopback, also from a compiled description."""

import concurrent.futures
import importlib
import sys
import tempfile
from pathlib import Path

import grpc
import grpc_tools
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_tools import protoc

server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
servicer = health.HealthServicer()
health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
reflection.enable_server_reflection(["grpc.health.v1.Health"], server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    stub = health_pb2_grpc.HealthStub(channel)
    assert stub.Check(health_pb2.HealthCheckRequest(), timeout=20).status == health_pb2.HealthCheckResponse.SERVING
    try:
        stub.Check(health_pb2.HealthCheckRequest(service="other"), timeout=20)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND
server.stop(None)
with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "x.proto").write_text(
        'syntax = "proto3"; import "google/protobuf/empty.proto"; message A { int32 n = 1; }\n'
        "service S { rpc F (A) returns (google.protobuf.Empty); }"
    )
    include = Path(grpc_tools.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{folder}", f"-I{include}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    assert protoc.main([*arguments, "x.proto"]) == 0
    sys.path.insert(0, folder)
    assert importlib.import_module("x_pb2").A(n=3).n == 3
    assert importlib.import_module("x_pb2_grpc").SServicer
print("ok")
