# /// script
# requires-python = ">=3.10"
# dependencies = ["passlib", "bcrypt<4.1", "argon2-cffi"]
# ///
"""Hashes and checks passwords with schemes that are loaded by name."""

from passlib import hash as schemes
from passlib.apache import HtpasswdFile
from passlib.context import CryptContext
from passlib.totp import TOTP

context = CryptContext(schemes=["pbkdf2_sha256", "bcrypt", "argon2", "sha512_crypt", "md5_crypt"], deprecated="auto")
for scheme in context.schemes():
    digest = context.hash("secret", scheme=scheme)
    assert context.verify("secret", digest) and not context.verify("other", digest), scheme
    assert context.identify(digest) == scheme
assert schemes.ldap_salted_sha1.verify("x", schemes.ldap_salted_sha1.hash("x"))
assert schemes.mysql41.hash("a").startswith("*") and schemes.nthash.hash("password").startswith("8846f7eaee8f")
file = HtpasswdFile()
file.set_password("u", "p")
assert file.check_password("u", "p")
assert TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", digits=8).generate(59).token == "94287082"
print("ok")
