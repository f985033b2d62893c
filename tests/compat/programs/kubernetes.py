# /// script
# requires-python = ">=3.10"
# dependencies = ["kubernetes"]
# ///
"""Talks to a server on the loopback with the generated client."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from kubernetes import client, config, dynamic
from kubernetes.client.rest import ApiException

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}, "status": {"phase": "Running"}}


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path.startswith("/api/v1/namespaces/n/pods")
        body = json.dumps({"apiVersion": "v1", "kind": "PodList", "items": [POD]} if found else {"code": 404}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
config.load_kube_config_from_dict(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": address}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
    }
)
core = client.CoreV1Api()
pods = core.list_namespaced_pod("n")
assert [p.metadata.name for p in pods.items] == ["p"] and pods.items[0].status.phase == "Running"
try:
    core.list_namespaced_pod("other")
except ApiException as error:
    assert error.status == 404
else:
    raise AssertionError("found")
pod = client.V1Pod(metadata=client.V1ObjectMeta(name="x"), spec=client.V1PodSpec(containers=[]))
assert client.ApiClient().sanitize_for_serialization(pod)["metadata"] == {"name": "x"}
assert dynamic.DynamicClient
server.shutdown()
print("ok")
