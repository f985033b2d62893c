"""Encrypts, signs, and makes a certificate with cryptography."""

import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.x509.oid import NameOID


def main():
    box = Fernet(Fernet.generate_key())
    assert box.decrypt(box.encrypt(b"secret")) == b"secret"
    cipher = AESGCM(AESGCM.generate_key(bit_length=256))
    assert cipher.decrypt(b"0" * 12, cipher.encrypt(b"0" * 12, b"data", b"aad"), b"aad") == b"data"
    assert len(Scrypt(salt=b"salt", length=32, n=16, r=8, p=1).derive(b"key")) == 32

    signer = ed25519.Ed25519PrivateKey.generate()
    signature = signer.sign(b"message")
    signer.public_key().verify(signature, b"message")
    try:
        signer.public_key().verify(signature, b"another")
    except InvalidSignature:
        pass
    else:
        raise AssertionError("a wrong signature was accepted")

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    private.public_key().verify(private.sign(b"m", pss, hashes.SHA256()), b"m", pss, hashes.SHA256())

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    now = datetime.datetime(2024, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    text = certificate.public_bytes(serialization.Encoding.PEM)
    assert x509.load_pem_x509_certificate(text).subject == name
    print("cryptography ok", text.decode().splitlines()[0])


if __name__ == "__main__":
    main()
