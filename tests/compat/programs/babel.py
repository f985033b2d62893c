# /// script
# requires-python = ">=3.10"
# dependencies = ["babel"]
# [tool.freeze-compat]
# rules = ["data_by_name.toml"]
# ///
"""Formats dates and numbers in several locales and compiles a catalogue of messages."""

import datetime
import io
import tempfile
from decimal import Decimal
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone, get_timezone_name
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from babel.numbers import format_currency, format_decimal

day = datetime.date(2024, 3, 5)
assert format_date(day, "full", locale="de_DE") == "Dienstag, 5. März 2024"
assert format_date(day, "long", locale="ja") == "2024年3月5日"
assert format_decimal(Decimal("1234567.891"), locale="de") == "1.234.567,891"
assert format_currency(12.5, "EUR", locale="fr_FR").replace("\u202f", " ").replace("\xa0", " ") == "12,50 €"
assert Locale("en").territories["DE"] == "Germany" and Locale("de").languages["ja"] == "Japanisch"
assert Locale("ar").text_direction == "rtl"
zone = get_timezone("Europe/Berlin")
assert get_timezone_name(zone, locale="en") == "Central European Time"
assert format_datetime(datetime.datetime(2024, 7, 1, 12), "HH:mm", tzinfo=zone, locale="en") == "14:00"
assert Locale("ru").plural_form(3) == "few"
catalog = Catalog(locale="de")
for _, message, _, _ in extract("python", io.BytesIO(b"print(_('Hello'))")):
    catalog.add(message, "Hallo")
with tempfile.TemporaryDirectory() as folder:
    po, mo = Path(folder) / "m.po", Path(folder) / "m.mo"
    with po.open("wb") as file:
        write_po(file, catalog)
    with po.open("rb") as file:
        catalog = read_po(file, locale="de")
    with mo.open("wb") as file:
        write_mo(file, catalog)
    with mo.open("rb") as file:
        assert read_mo(file)["Hello"].string == "Hallo"
print("ok")
