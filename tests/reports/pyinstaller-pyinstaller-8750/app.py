"""Writes a date in another language."""

import datetime

from babel.dates import format_date

print(format_date(datetime.date(2026, 3, 5), locale="de"))
print(format_date(datetime.date(2026, 3, 5), format="full", locale="pt_BR"))
