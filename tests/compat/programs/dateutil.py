# /// script
# requires-python = ">=3.10"
# dependencies = ["python-dateutil"]
# ///
"""Reads dates, computes rules and uses its own zones."""

from datetime import datetime

from dateutil import easter, parser, relativedelta, rrule, tz
from dateutil.zoneinfo import get_zonefile_instance

assert parser.parse("Thu Sep 25 10:36:28 2003") == datetime(2003, 9, 25, 10, 36, 28)
assert datetime(2024, 1, 31) + relativedelta.relativedelta(months=1) == datetime(2024, 2, 29)
days = list(rrule.rrulestr("FREQ=WEEKLY;COUNT=3;BYDAY=TU", dtstart=datetime(2024, 1, 1)))
assert [d.day for d in days] == [2, 9, 16] and str(easter.easter(2024)) == "2024-03-31"
zone = get_zonefile_instance().get("Europe/Berlin")
assert datetime(2024, 7, 1, 12, tzinfo=zone).astimezone(tz.UTC).hour == 10
assert parser.isoparse("2024-W01-1T00:00Z").tzinfo == tz.UTC
print("ok")
