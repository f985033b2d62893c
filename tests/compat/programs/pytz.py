# /// script
# requires-python = ">=3.10"
# dependencies = ["pytz"]
# ///
"""Converts between zones of its own data."""

from datetime import datetime

import pytz

berlin = pytz.timezone("Europe/Berlin")
moment = berlin.localize(datetime(2024, 7, 1, 12))
assert moment.astimezone(pytz.timezone("Asia/Kolkata")).strftime("%H:%M") == "15:30"
assert len(pytz.all_timezones) > 500 and "Europe/Berlin" in pytz.common_timezones_set
assert pytz.country_timezones["ch"] == ["Europe/Zurich"] and pytz.country_names["de"] == "Germany"
assert pytz.open_resource("zone.tab").readline()
for name in pytz.all_timezones:
    pytz.timezone(name)
print("ok")
