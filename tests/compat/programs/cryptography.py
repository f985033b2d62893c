# /// script
# requires-python = ">=3.10"
# dependencies = ["cryptography"]
# ///
"""Encrypts, signs and issues a certificate, and uses it for TLS on the loopback."""

import datetime
import socket
import ssl
import tempfile
import threading
from pathlib import Path

from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

fernet = Fernet(Fernet.generate_key())
assert fernet.decrypt(fernet.encrypt(b"text")) == b"text"
digest = hashes.Hash(hashes.SHA256())
digest.update(b"abc")
assert digest.finalize().hex().startswith("ba7816bf")
box = AESGCM(bytes(32)).encrypt(bytes(12), b"data", b"more")
assert AESGCM(bytes(32)).decrypt(bytes(12), box, b"more") == b"data"
key = ed25519.Ed25519PrivateKey.generate()
key.public_key().verify(key.sign(b"m"), b"m")
key = rsa.generate_private_key(65537, 2048)
pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
key.public_key().verify(key.sign(b"m", pss, hashes.SHA256()), b"m", pss, hashes.SHA256())
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
now = datetime.datetime.now(datetime.timezone.utc)
builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
builder = builder.add_extension(x509.BasicConstraints(True, None), True)
certificate = builder.sign(key, hashes.SHA256())
with tempfile.TemporaryDirectory() as folder:
    pem = Path(folder) / "c.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with context.wrap_socket(listener.accept()[0], server_side=True) as peer:
            peer.sendall(b"hello")

    threading.Thread(target=serve, daemon=True).start()
    with client.wrap_socket(socket.create_connection(listener.getsockname()), server_hostname="localhost") as peer:
        assert peer.recv(5) == b"hello"
    listener.close()
print("ok")
