# /// script
# requires-python = ">=3.10"
# dependencies = ["pendulum"]
# [tool.freeze-compat]
# ci = true
# ///
"""Computes with zones, formats in locales and reads durations."""

import pendulum

moment = pendulum.datetime(2024, 3, 31, 1, 30, tz="Europe/Berlin")
assert moment.add(hours=1).format("YYYY-MM-DD HH:mm Z") == "2024-03-31 03:30 +02:00"
assert moment.in_timezone("America/New_York").hour == 20
for locale, text in ("de", "vor 2 Tagen"), ("fr", "il y a 2 jours"), ("ru", "2 дня назад"), ("en", "2 days ago"):
    assert pendulum.now().subtract(days=2).diff_for_humans(locale=locale) == text, locale
assert moment.format("dddd, D. MMMM", locale="de") == "Sonntag, 31. März"
assert pendulum.parse("2024-W05-1").to_date_string() == "2024-01-29"
assert pendulum.parse("P1Y2M3DT4H").months == 2
assert len(pendulum.timezones()) > 400
assert pendulum.duration(days=1177).in_words(locale="en") == "168 weeks 1 day"
print("ok")
