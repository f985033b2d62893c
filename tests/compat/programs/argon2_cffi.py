# /// script
# requires-python = ">=3.10"
# dependencies = ["argon2-cffi"]
# ///
"""Hashes and checks passwords."""

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type, hash_secret_raw

hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
digest = hasher.hash("secret")
assert digest.startswith("$argon2id$") and hasher.verify(digest, "secret")
try:
    hasher.verify(digest, "other")
except VerifyMismatchError:
    pass
else:
    raise AssertionError("a wrong password passed")
raw = hash_secret_raw(b"password", b"somesalt", 2, 65536, 1, 32, Type.I, 19)
assert raw.hex() == "c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0"
print("ok")
