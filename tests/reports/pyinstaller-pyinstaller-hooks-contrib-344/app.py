"""Finds the zone of the machine by its name in the environment."""

import os

os.environ["TZ"] = "Europe/Berlin"

import tzlocal

print(tzlocal.get_localzone(), tzlocal.get_localzone_name())
