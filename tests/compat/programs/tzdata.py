# /// script
# requires-python = ">=3.10"
# dependencies = ["tzdata"]
# [tool.freeze-compat]
# rules = ["tzdata.toml", "zoneinfo.toml"]
# ///
"""Reads zones of the bundled data only."""

import importlib.resources
import zoneinfo
from datetime import datetime

zoneinfo.reset_tzpath([])
zone = zoneinfo.ZoneInfo("Europe/Berlin")
assert datetime(2024, 7, 1, 12, tzinfo=zone).utcoffset().total_seconds() == 7200
assert (
    datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("America/Argentina/Buenos_Aires")).utcoffset().total_seconds()
    == -10800
)
assert len(zoneinfo.available_timezones()) > 500
assert "Europe/Berlin" in importlib.resources.files("tzdata").joinpath("zones").read_text()
for name in zoneinfo.available_timezones():
    zoneinfo.ZoneInfo(name)
print("ok")
