import datetime, os, sys, zoneinfo
zoneinfo.reset_tzpath([])
berlin = zoneinfo.ZoneInfo('Europe/Berlin')
print(datetime.datetime(2024, 7, 1, tzinfo=berlin).utcoffset(), datetime.datetime(2024, 1, 1, tzinfo=berlin).tzname())
zones = zoneinfo.available_timezones()
print('America/Argentina/Ushuaia' in zones, len(zones) > 500)
print(all(zoneinfo.ZoneInfo(zone).key == zone for zone in zones))
for wrong in 'Europe/Nowhere', 'No/Where':
    try: zoneinfo.ZoneInfo(wrong)
    except zoneinfo.ZoneInfoNotFoundError as e: print('no', wrong)
import tzdata
print(os.path.exists(os.path.join(os.path.dirname(tzdata.__file__), 'zones')))
