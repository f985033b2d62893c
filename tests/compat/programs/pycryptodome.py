# /// script
# requires-python = ">=3.10"
# dependencies = ["pycryptodome"]
# ///
"""Encrypts, hashes and signs with modules that load libraries by path."""

from Crypto.Cipher import AES, DES3, PKCS1_OAEP, ChaCha20_Poly1305, Salsa20
from Crypto.Hash import CMAC, HMAC, MD4, SHA3_256, SHA256, BLAKE2b, KangarooTwelve, keccak
from Crypto.Protocol.KDF import bcrypt, scrypt
from Crypto.Protocol.SecretSharing import Shamir
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import eddsa, pss
from Crypto.Util.Padding import pad, unpad

for mode in AES.MODE_GCM, AES.MODE_EAX, AES.MODE_CCM, AES.MODE_OCB:
    cipher = AES.new(bytes(16), mode, nonce=bytes(12))
    text, tag = cipher.encrypt_and_digest(b"text")
    assert AES.new(bytes(16), mode, nonce=bytes(12)).decrypt_and_verify(text, tag) == b"text"
box = AES.new(bytes(16), AES.MODE_CBC, bytes(16)).encrypt(pad(b"abc", 16))
assert unpad(AES.new(bytes(16), AES.MODE_CBC, bytes(16)).decrypt(box), 16) == b"abc"
assert AES.new(bytes(16), AES.MODE_ECB).encrypt(bytes(16)).hex() == "66e94bd4ef8a2c3b884cfa59ca342b2e"
ChaCha20_Poly1305.new(key=bytes(32)).encrypt(b"x")
Salsa20.new(bytes(32)).encrypt(b"x")
DES3.new(DES3.adjust_key_parity(bytes(range(24))), DES3.MODE_ECB).encrypt(bytes(8))
assert SHA256.new(b"abc").hexdigest().startswith("ba7816bf") and SHA3_256.new(b"").hexdigest().startswith("a7ffc6f8")
assert keccak.new(digest_bits=256, data=b"").hexdigest().startswith("c5d24601") and len(MD4.new(b"").digest()) == 16
assert (
    HMAC.new(b"k", b"m", SHA256).hexdigest() and BLAKE2b.new(data=b"").hexdigest() and KangarooTwelve.new(b"").read(4)
)
assert CMAC.new(bytes(16), ciphermod=AES).digest()
assert scrypt("p", "s", 16, 1024, 8, 1) and bcrypt("p", 4, bytes(16)).startswith(b"$2a$04$")
key = RSA.generate(1024)
assert PKCS1_OAEP.new(key).decrypt(PKCS1_OAEP.new(key.public_key()).encrypt(b"m")) == b"m"
pss.new(key.public_key()).verify(SHA256.new(b"m"), pss.new(key).sign(SHA256.new(b"m")))
key = ECC.generate(curve="Ed25519")
eddsa.new(key.public_key(), "rfc8032").verify(b"m", eddsa.new(key, "rfc8032").sign(b"m"))
assert ECC.generate(curve="P-256").public_key().export_key(format="PEM").startswith("-----BEGIN")
assert Shamir.combine(Shamir.split(2, 3, bytes(16))[:2]) == bytes(16)
print("ok")
