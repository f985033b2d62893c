# /// script
# requires-python = ">=3.10"
# dependencies = ["setuptools<80", "requests", "rich"]
# [tool.freeze-compat]
# rules = ["setuptools.toml"]
# ///
"""Asks for versions, requirements, entry points and files through the old interface."""

import pkg_resources
import requests

assert pkg_resources.get_distribution("requests").version == requests.__version__
assert {r.key for r in pkg_resources.get_distribution("requests").requires()} >= {"idna", "urllib3", "certifi"}
assert pkg_resources.require("rich")[0].key == "rich"
assert pkg_resources.resource_exists("certifi", "cacert.pem")
assert b"BEGIN CERTIFICATE" in pkg_resources.resource_string("certifi", "cacert.pem")
assert pkg_resources.parse_version("1.10") > pkg_resources.parse_version("1.9")
print("ok")
