# /// script
# requires-python = ">=3.10"
# dependencies = ["bcrypt"]
# ///
"""Hashes and checks passwords."""

import bcrypt

digest = bcrypt.hashpw(b"secret", bcrypt.gensalt(4))
assert bcrypt.checkpw(b"secret", digest) and not bcrypt.checkpw(b"other", digest)
salt = b"$2b$04$abcdefghijklmnopqrstuu"
assert bcrypt.hashpw(b"a", salt) == bcrypt.hashpw(b"a", salt) and len(bcrypt.kdf(b"p", b"s", 20, 5)) == 20
print("ok")
