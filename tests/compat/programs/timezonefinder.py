# /// script
# requires-python = ">=3.10"
# dependencies = ["timezonefinder"]
# ///
"""Finds time zones of places in the bundled polygons."""

from timezonefinder import TimezoneFinder, TimezoneFinderL

finder = TimezoneFinder()
assert finder.timezone_at(lng=13.358, lat=52.5061) == "Europe/Berlin"
assert finder.timezone_at(lng=-73.98, lat=40.75) == "America/New_York"
assert finder.timezone_at_land(lng=-40.0, lat=35.0) is None
assert finder.get_geometry("Europe/Rome") and len(finder.timezone_names) > 400
assert TimezoneFinderL().timezone_at(lng=139.7, lat=35.7) == "Asia/Tokyo"
print("ok")
