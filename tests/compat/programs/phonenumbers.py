# /// script
# requires-python = ">=3.10"
# dependencies = ["phonenumbers"]
# ///
"""Reads numbers and names their carriers, zones and places."""

import phonenumbers
from phonenumbers import carrier, geocoder, timezone

number = phonenumbers.parse("030 901820", "DE")
assert phonenumbers.is_valid_number(number)
assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == "+4930901820"
assert geocoder.description_for_number(number, "de") == "Berlin"
assert timezone.time_zones_for_number(number) == ("Europe/Berlin",)
assert carrier.name_for_number(phonenumbers.parse("+447400123456"), "en") != ""
for region, example in ("US", "+12015550123"), ("JP", "+81312345678"), ("BR", "+551123456789"), ("IN", "+917410410123"):
    assert phonenumbers.is_valid_number_for_region(phonenumbers.parse(example), region), region
found = list(phonenumbers.PhoneNumberMatcher("Call +1 650-253-0000 now", None))
assert found[0].raw_string == "+1 650-253-0000"
assert phonenumbers.is_possible_short_number_for_region(phonenumbers.parse("112", "DE"), "DE")
print("ok")
