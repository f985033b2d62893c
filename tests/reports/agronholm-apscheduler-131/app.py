"""Names a trigger by its short name."""

import datetime

from apscheduler.schedulers.background import BackgroundScheduler


def work():
    pass


scheduler = BackgroundScheduler(timezone=datetime.timezone.utc)
job = scheduler.add_job(work, "interval", seconds=1)
print(type(job.trigger).__name__, job.trigger.interval)
