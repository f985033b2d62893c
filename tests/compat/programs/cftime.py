# /// script
# requires-python = ">=3.10"
# dependencies = ["cftime"]
# ///
"""Computes with dates of other calendars."""

import cftime

times = cftime.num2date([0, 59, 60], "days since 2000-01-01", calendar="360_day")
assert str(times[2]) == "2000-03-01 00:00:00"
assert cftime.date2num(cftime.DatetimeNoLeap(2001, 3, 1), "days since 2000-02-28", "noleap") == 366
assert cftime.DatetimeGregorian(2024, 2, 28).dayofyr == 59
assert (cftime.Datetime360Day(2000, 2, 30) - cftime.Datetime360Day(2000, 1, 1)).days == 59
print("ok")
