# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6-Essentials", "cryptography"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Talks to a server of its own with TLS."""

import datetime
import ssl
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkInformation, QNetworkRequest, QSslSocket

assert QSslSocket.supportsSsl() and "openssl" in QSslSocket.availableBackends()
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
now = datetime.datetime.now(datetime.timezone.utc)
certificate = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
certificate = certificate.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
certificate = certificate.sign(key, hashes.SHA256())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello " + self.path.encode())

    def log_message(self, *args):
        pass


with tempfile.TemporaryDirectory() as folder:
    pem = Path(folder) / "id.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = QCoreApplication([])
    manager = QNetworkAccessManager()
    reply = manager.get(QNetworkRequest(QUrl(f"https://127.0.0.1:{server.server_port}/x")))
    reply.sslErrors.connect(lambda errors: reply.ignoreSslErrors())
    reply.finished.connect(app.quit)
    app.exec()
    assert bytes(reply.readAll().data()) == b"hello /x", reply.errorString()
    server.shutdown()
assert QNetworkInformation.availableBackends()

print("ok")
