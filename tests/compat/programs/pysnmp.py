# /// script
# requires-python = ">=3.10"
# dependencies = ["pysnmp"]
# ///
"""Loads modules of descriptions, which are code that is read as files, and encodes messages."""

from pysnmp.proto import api
from pysnmp.smi import builder, compiler, rfc1902, view
from pyasn1.codec.ber import decoder, encoder

mibs = builder.MibBuilder()
mibs.load_modules("SNMPv2-MIB", "SNMP-FRAMEWORK-MIB")
(description,) = mibs.import_symbols("SNMPv2-MIB", "sysDescr")
assert description.getName() == (1, 3, 6, 1, 2, 1, 1, 1)
names = view.MibViewController(mibs)
identity = rfc1902.ObjectIdentity("SNMPv2-MIB", "sysName", 0).resolve_with_mib(names)
assert str(identity.get_oid()) == "1.3.6.1.2.1.1.5.0" and identity.prettyPrint() == "SNMPv2-MIB::sysName.0"
protocol = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
request = protocol.GetRequestPDU()
protocol.apiPDU.set_defaults(request)
protocol.apiPDU.set_varbinds(request, [("1.3.6.1.2.1.1.1.0", protocol.Null(""))])
message = protocol.Message()
protocol.apiMessage.set_defaults(message)
protocol.apiMessage.set_community(message, "public")
protocol.apiMessage.set_pdu(message, request)
again, rest = decoder.decode(encoder.encode(message), asn1Spec=protocol.Message())
assert not rest and protocol.apiMessage.get_community(again) == b"public" and compiler
print("ok")
