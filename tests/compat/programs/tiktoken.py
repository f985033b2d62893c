# /// script
# requires-python = ">=3.10"
# dependencies = ["tiktoken"]
# ///
"""Encodes with an encoding of its own; the well-known ones are found as namespace plugins."""

import tiktoken
from tiktoken import registry

ranks = {bytes([i]): i for i in range(256)} | {b"he": 256, b"ll": 257, b"hell": 258}
encoding = tiktoken.Encoding("own", pat_str=r"\w+|\W+", mergeable_ranks=ranks, special_tokens={"<end>": 300})
assert encoding.encode("hello!") == [258, ord("o"), ord("!")]
assert encoding.decode(encoding.encode("hëllo<end>", allowed_special="all")) == "hëllo<end>"
assert {"cl100k_base", "o200k_base", "gpt2"} <= set(tiktoken.list_encoding_names())
assert tiktoken.encoding_name_for_model("gpt-4") == "cl100k_base" and registry._available_plugin_modules()
print("ok")
