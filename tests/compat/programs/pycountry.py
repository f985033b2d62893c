# /// script
# requires-python = ">=3.10"
# dependencies = ["pycountry"]
# ///
"""Looks up the bundled lists and their translations."""

import gettext

import pycountry

assert (
    pycountry.countries.get(alpha_2="DE").name == "Germany"
    and pycountry.languages.get(alpha_3="jpn").name == "Japanese"
)
assert (
    pycountry.currencies.get(alpha_3="EUR").name == "Euro" and pycountry.subdivisions.get(code="DE-BE").name == "Berlin"
)
assert len(pycountry.countries) > 240
german = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"])
assert german.gettext("Germany") == "Deutschland"
print("ok")
