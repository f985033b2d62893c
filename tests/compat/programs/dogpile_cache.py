# /// script
# requires-python = ">=3.10"
# dependencies = ["dogpile.cache"]
# ///
"""Caches in regions whose backends are loaded by name."""

import tempfile

from dogpile.cache import make_region
from dogpile.cache.api import NO_VALUE

calls = []
with tempfile.TemporaryDirectory() as folder:
    for backend, arguments in {
        "dogpile.cache.memory": {},
        "dogpile.cache.memory_pickle": {},
        "dogpile.cache.null": {},
        "dogpile.cache.dbm": {"filename": f"{folder}/cache.dbm"},
    }.items():
        region = make_region().configure(backend, expiration_time=60, arguments=arguments)

        @region.cache_on_arguments()
        def double(n):
            calls.append(n)
            return n * 2

        assert double(4) == 8 and double(4) == 8
        region.set("k", [1])
        assert region.get("k") == ([1] if "null" not in backend else NO_VALUE), backend
assert len(calls) == 5, calls
print("ok")
