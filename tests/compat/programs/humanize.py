# /// script
# requires-python = ">=3.10"
# dependencies = ["humanize"]
# ///
"""Writes numbers and times for people, in other languages too."""

import datetime

import humanize

assert humanize.naturalsize(1_500_000) == "1.5 MB" and humanize.intword(1_200_000) == "1.2 million"
assert humanize.naturaldelta(datetime.timedelta(days=3)) == "3 days" and humanize.ordinal(3) == "3rd"
humanize.i18n.activate("de_DE")
assert humanize.naturaldelta(datetime.timedelta(days=3)) == "3 Tage"
humanize.i18n.activate("ru_RU")
assert humanize.naturaldelta(datetime.timedelta(days=3)) == "3 дня"
humanize.i18n.deactivate()
assert humanize.fractional(0.5) == "1/2" and humanize.precisedelta(3661) == "1 hour, 1 minute and 1 second"
print("ok")
