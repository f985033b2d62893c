"""Loads the certificates that a package ships."""

import os
import ssl

import certifi

path = certifi.where()
context = ssl.create_default_context(cafile=path)
print(os.path.isfile(path), len(context.get_ca_certs()) > 50, context.cert_store_stats()["x509_ca"] > 50)
