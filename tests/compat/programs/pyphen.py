# /// script
# requires-python = ">=3.10"
# dependencies = ["pyphen"]
# ///
"""Hyphenates by the bundled dictionaries."""

import pyphen

assert pyphen.Pyphen(lang="de_DE").inserted("Silbentrennung") == "Sil-ben-tren-nung"
assert pyphen.Pyphen(lang="en_US").wrap("autobandventieldopje", 11)
assert pyphen.language_fallback("nl_NL_variant1") == "nl_NL" and len(pyphen.LANGUAGES) > 50
print("ok")
