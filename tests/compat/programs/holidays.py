# /// script
# requires-python = ">=3.10"
# dependencies = ["holidays", "num2words"]
# ///
"""Knows holidays of countries and numbers in words, loaded by their codes."""

import holidays
from num2words import num2words

assert holidays.country_holidays("DE", subdiv="BY", years=2024)["2024-01-06"] == "Heilige Drei Könige"
assert holidays.US(years=2024).get("2024-07-04") == "Independence Day"
for code in holidays.list_supported_countries():
    assert holidays.country_holidays(code, years=2023) is not None
assert holidays.country_holidays("JP", years=2024, language="en_US").get("2024-01-01") == "New Year's Day"
assert holidays.financial_holidays("NYSE", years=2024) and holidays.country_holidays("FR", years=2024, language="th")
assert num2words(42) == "forty-two" and num2words(42, lang="de") == "zweiundvierzig"
assert num2words(3, to="ordinal", lang="fr") == "troisième" and num2words(1.5, lang="es", to="currency")
for lang in ("ru", "pl", "nl", "it", "en_IN"):
    assert num2words(11, lang=lang)
print("ok")
