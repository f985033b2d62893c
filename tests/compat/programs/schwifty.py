# /// script
# requires-python = ">=3.10"
# dependencies = ["schwifty", "python-stdnum"]
# ///
"""Checks numbers of banks and countries by the bundled registries."""

import stdnum
from schwifty import BIC, IBAN
from stdnum import get_cc_module, isbn, luhn
from stdnum.eu import vat

iban = IBAN("DE89 3704 0044 0532 0130 00")
assert iban.bank_code == "37040044" and iban.bic.compact and iban.country.name == "Germany"
assert IBAN.generate("GB", bank_code="NWBK", account_code="31926819", branch_code="601613").is_valid
assert BIC("PBNKDEFF" + 3 * "X").exists and BIC.from_bank_code("FR", "30004").country_code == "FR"
assert isbn.split("9780471117094")[2] == "471" and luhn.is_valid("78949")
assert vat.is_valid("DE136695976") and get_cc_module("nl", "vat").compact("NL4495445B01")
assert all(get_cc_module(country, "vat") for country in ("at", "fr", "pl", "br", "ch", "no")) and stdnum.__version__
print("ok")
