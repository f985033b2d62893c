# /// script
# requires-python = ">=3.10"
# dependencies = ["dnspython"]
# ///
"""Reads zones and messages of record types that are loaded by name."""

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset
import dns.zone

ZONE = """$ORIGIN example.
@ 3600 IN SOA ns hostmaster 1 7200 900 1209600 86400
@ IN NS ns
@ IN MX 10 mail
ns IN A 10.0.0.1
mail IN AAAA ::1
txt IN TXT "hello world"
_sip._tcp IN SRV 1 2 5060 ns
@ IN CAA 0 issue "ca.example"
loc IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
"""
zone = dns.zone.from_text(ZONE)
assert zone.find_rdataset("@", "MX")[0].preference == 10 and len(zone.nodes) == 6, len(zone.nodes)
assert "SRV 1 2 5060" in zone.to_text()
query = dns.message.make_query("example.", "ANY")
response = dns.message.make_response(query)
response.answer.append(dns.rrset.from_text("txt.example.", 60, "IN", "TXT", '"hello world"'))
again = dns.message.from_wire(response.to_wire())
assert again.answer[0][0].strings == (b"hello world",) and again.flags & dns.flags.QR
assert str(dns.reversename.from_address("127.0.0.1")) == "1.0.0.127.in-addr.arpa."
for name, text in {"NAPTR": '1 2 "u" "E2U" "!x!y!" .', "HTTPS": "1 . alpn=h2"}.items():
    assert dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(name), text).to_text(), name
print("ok")
