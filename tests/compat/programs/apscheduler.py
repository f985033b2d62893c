# /// script
# requires-python = ">=3.10"
# dependencies = ["apscheduler<4", "sqlalchemy"]
# ///
"""Runs jobs with triggers, stores and executors that are found by entry points."""

import datetime
import threading

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

done = threading.Event()
scheduler = BackgroundScheduler({"apscheduler.jobstores.default": {"type": "memory"}}, timezone="UTC")
scheduler.add_jobstore("sqlalchemy", alias="sql", url="sqlite://")
scheduler.add_executor("threadpool", alias="other", max_workers=1)
scheduler.start()
scheduler.add_job(done.set, "interval", seconds=0.05, executor="other")
scheduler.add_job(print, "date", run_date=datetime.datetime(2099, 1, 1), jobstore="sql", id="late")
assert done.wait(10) and scheduler.get_job("late").trigger.run_date.year == 2099
scheduler.shutdown()
trigger = CronTrigger.from_crontab("0 12 * * mon", timezone="Europe/Berlin")
assert trigger.get_next_fire_time(None, datetime.datetime(2024, 1, 3, tzinfo=datetime.timezone.utc)).day == 8
print("ok")
