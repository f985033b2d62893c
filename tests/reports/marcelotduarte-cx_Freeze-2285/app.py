"""Calls a command that Django finds in the folder of an application."""

import django
from django.conf import settings
from django.core.management import call_command

settings.configure(INSTALLED_APPS=["shop"])
django.setup()
call_command("hello", "Anna")
