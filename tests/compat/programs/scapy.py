# /// script
# requires-python = ">=3.10"
# dependencies = ["scapy"]
# ///
"""Builds and dissects packets of layers that are loaded by name."""

import os
import tempfile

os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()
from scapy.all import DNS, DNSQR, IP, TCP, UDP, Ether, Raw, conf, load_contrib, load_layer, raw, rdpcap, wrpcap

packet = Ether(src="00:01:02:03:04:05", dst="00:01:02:03:04:06") / IP(src="1.2.3.4", dst="5.6.7.8")
packet = packet / UDP() / DNS(rd=1, qd=DNSQR(qname="example.com"))
again = Ether(raw(packet))
assert again[DNS].qd[0].qname == b"example.com." and again[IP].chksum and again[UDP].dport == 53
path = os.path.join(os.environ["HOME"], "a.pcap")
wrpcap(path, [packet, packet])
assert len(rdpcap(path)) == 2
load_contrib("mqtt")
load_layer("http")
from scapy.contrib.mqtt import MQTT, MQTTConnect
from scapy.layers.http import HTTP, HTTPRequest

assert raw(MQTT() / MQTTConnect(clientId="a"))[0] == 0x10
request = IP(raw(IP() / TCP(sport=1024, dport=80) / HTTP() / HTTPRequest(Path="/x")))
assert request[HTTPRequest].Path == b"/x"
assert raw(Ether(raw(Ether() / IP() / Raw(b"x")))).endswith(b"x")
print("ok")
