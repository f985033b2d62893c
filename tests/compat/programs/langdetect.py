# /// script
# requires-python = ">=3.10"
# dependencies = ["langdetect", "langcodes", "language-data"]
# [tool.freeze-compat]
# ci = true
# ///
"""Tells languages by the bundled profiles, and names them."""

import langcodes
from langdetect import DetectorFactory, detect, detect_langs

DetectorFactory.seed = 0
assert detect("War doesn't show who's right, just who's left.") == "en"
assert detect("Ein, zwei, drei, vier und noch viel mehr") == "de"
assert detect_langs("Otec matka syn.")
assert langcodes.Language.get("fr").display_name("es") == "francés" and langcodes.find("spanisch").language == "es"
assert langcodes.standardize_tag("eng_US") == "en-US" and langcodes.Language.get("ja").speaking_population() > 10**8
print("ok")
