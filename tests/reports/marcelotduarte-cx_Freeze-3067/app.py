"""Finds a time zone where the system has none."""

import datetime
import zoneinfo

zoneinfo.reset_tzpath(to=[])
moment = datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("US/Eastern"))
print(moment.utcoffset(), moment.tzname())
