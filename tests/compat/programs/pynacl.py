# /// script
# requires-python = ">=3.10"
# dependencies = ["PyNaCl"]
# ///
"""Seals, signs and hashes."""

import nacl.hash
import nacl.pwhash
from nacl.public import Box, PrivateKey, SealedBox
from nacl.secret import SecretBox
from nacl.signing import SigningKey

box = SecretBox(bytes(32))
assert box.decrypt(box.encrypt(b"m")) == b"m"
a, b = PrivateKey.generate(), PrivateKey.generate()
assert Box(b, a.public_key).decrypt(Box(a, b.public_key).encrypt(b"m")) == b"m"
assert SealedBox(a).decrypt(SealedBox(a.public_key).encrypt(b"m")) == b"m"
key = SigningKey(bytes(32))
assert key.verify_key.verify(key.sign(b"m")) == b"m"
assert key.verify_key.encode().hex().startswith("3b6a27bcceb6a42d")
assert nacl.hash.sha256(b"abc").startswith(b"ba7816bf")
digest = nacl.pwhash.argon2id.str(b"p", opslimit=1, memlimit=8192)
assert nacl.pwhash.verify(digest, b"p")
print("ok")
