"""Applies the migrations of an application of the program."""

import os

import django
from django.core.management import call_command
from django.db import connection

os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
django.setup()
call_command("migrate", verbosity=0)

from django.db.migrations.recorder import MigrationRecorder

print(sorted(MigrationRecorder(connection).applied_migrations()))
