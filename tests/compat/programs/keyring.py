# /// script
# requires-python = ">=3.10"
# dependencies = ["keyring", "keyrings.alt"]
# ///
"""Finds backends by their entry points and keeps a password in a file."""

import keyring
from keyring import backend, core
from keyrings.alt.file import PlaintextKeyring

names = {type(b).__module__ for b in backend.get_all_keyring()}
assert {"keyring.backends.chainer", "keyrings.alt.file"} <= names, names
assert any("SecretService" in c.__module__ for c in backend.KeyringBackend._classes)
keyring.set_keyring(PlaintextKeyring())
keyring.set_password("service", "user", "pässword")
assert keyring.get_password("service", "user") == "pässword"
keyring.delete_password("service", "user")
assert keyring.get_password("service", "user") is None
assert core.load_keyring("keyring.backends.fail.Keyring").priority == 0
print("ok")
