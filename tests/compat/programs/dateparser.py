# /// script
# requires-python = ">=3.10"
# dependencies = ["dateparser"]
# [tool.freeze-compat]
# ci = true
# ///
"""Reads dates in several languages."""

from datetime import datetime

import dateparser
from dateparser.search import search_dates

base = {"RELATIVE_BASE": datetime(2024, 5, 15, 12)}
assert dateparser.parse("12. März 2020 14:30") == datetime(2020, 3, 12, 14, 30)
assert dateparser.parse("il y a 2 jours", settings=base) == datetime(2024, 5, 13, 12)
assert dateparser.parse("3 de enero de 2019") == datetime(2019, 1, 3)
assert dateparser.parse("2024年1月2日") == datetime(2024, 1, 2)
assert dateparser.parse("1 января 2018") == datetime(2018, 1, 1)
assert dateparser.parse("January 5 2021 10:00 EST").utcoffset().total_seconds() == -5 * 3600
found = search_dates("It opened on 4 July 2012 and closed", languages=["en"])
assert found[0][1] == datetime(2012, 7, 4), found
print("ok")
