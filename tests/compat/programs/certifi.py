# /// script
# requires-python = ">=3.10"
# dependencies = ["certifi"]
# ///
"""Loads the bundled certificates into a TLS context."""

import os
import ssl

import certifi

assert os.path.isfile(certifi.where())
context = ssl.create_default_context(cafile=certifi.where())
assert len(context.get_ca_certs()) > 100
assert certifi.contents().count("BEGIN CERTIFICATE") > 100
print("ok")
