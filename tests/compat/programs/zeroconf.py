# /// script
# requires-python = ">=3.10"
# dependencies = ["zeroconf"]
# ///
"""Builds and reads messages, registers a service and finds it on the loopback."""

import socket

from zeroconf import DNSIncoming, DNSOutgoing, DNSQuestion, ServiceInfo, Zeroconf, const

question = DNSOutgoing(const._FLAGS_QR_QUERY)
question.add_question(DNSQuestion("a._http._tcp.local.", const._TYPE_SRV, const._CLASS_IN))
(packet,) = question.packets()
assert DNSIncoming(packet).questions[0].name == "a._http._tcp.local."
with Zeroconf(interfaces=["127.0.0.1"]) as zeroconf:
    options = {"addresses": [socket.inet_aton("127.0.0.1")], "port": 80, "properties": {"k": "v"}}
    info = ServiceInfo("_http._tcp.local.", "a._http._tcp.local.", server="h.local.", **options)
    zeroconf.register_service(info, cooperating_responders=True)
    found = zeroconf.get_service_info("_http._tcp.local.", "a._http._tcp.local.", timeout=3000)
    assert found.port == 80 and found.properties == {b"k": b"v"}
print("ok")
