"""Work in the background: `celery -A systems.celery worker` and `celery -A systems.celery beat`, however many of each.

Set up as Celery's guide for Django has it, but for the import in `systems/__init__.py`: the API needs neither Celery
nor a broker. Tasks are in each app's `tasks.py`, and call its services.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, task_prerun, worker_init, worker_ready
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from systems.core import logs, queues
from systems.core.ready import say_ready
from systems.entry import enter
from systems.ops import counts

SCHEDULE = {  # of beat, by task; its hours are UTC, and an interval is counted from midnight
    "accounts.admin_clean_up": crontab(hour="3", minute="0"),
    "accounts.tokens_clean_up": timedelta(hours=1),
    "api.idempotency_clean_up": timedelta(hours=1),
    "bookings.complete": crontab(hour="0", minute="5"),
    "bookings.lapse": timedelta(minutes=1),
    "crm.clean_up": crontab(day_of_week="sunday", hour="2", minute="0"),
    "crm.heartbeat": timedelta(minutes=5),
    "crm.remind": crontab(hour="8", minute="0"),
    "crm.report": crontab(day_of_week="monday", hour="6", minute="0"),
    "crm.restock": timedelta(hours=12),
    "notifications.remind": crontab(hour="8", minute="0"),
    "outbox.handled_clean_up": timedelta(hours=1),
    "payments.check": timedelta(minutes=1),
}


def _make() -> Celery:
    if not settings.CELERY_BROKER_URL:
        raise ImproperlyConfigured("SYSTEMS_BROKER_URL must be set for a worker or for beat")
    app = Celery("systems", task_cls="systems.core.tasks:RetriedTask")
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.task_queues = queues.work_queues()
    app.conf.beat_schedule = {name: {"task": name, "schedule": due} for name, due in SCHEDULE.items()}
    app.conf["CELERY_DB_REUSE_MAX"] = 1_000  # tasks on one connection; Celery opens one for each otherwise
    app.autodiscover_tasks()
    return app


@setup_logging.connect
def keep_logging(**options: Any) -> None:
    """Celery sets logging up unless somebody listens here. Django has done it already."""


@worker_init.connect
def declare_queues(sender: Any, **options: Any) -> None:
    """Celery would declare those for work alone, and what fails would have nowhere to go. Waits for a broker."""
    if not settings.EMAIL_URL:
        sys.exit("systems: SYSTEMS_EMAIL_URL must be set for a worker")
    with sender.app.connection_for_write() as connection:
        connection.ensure_connection(interval_max=5)
        queues.declare(connection)


@worker_init.connect
def count(sender: Any, **options: Any) -> None:
    if settings.METRICS_FOLDER:
        counts.begin(Path(settings.METRICS_FOLDER) / sender.hostname)


@worker_ready.connect
@beat_init.connect
def begin(**options: Any) -> None:
    say_ready()


@task_prerun.connect
def tell_logs(task_id: str, **options: Any) -> None:
    logs.request_id.set(task_id)


# Nobody waits for a task to answer, and a transaction may wait for a mail server.
for name in ("SYSTEMS_DATABASE_STATEMENT_SECONDS", "SYSTEMS_DATABASE_IDLE_SECONDS"):
    os.environ.setdefault(name, "60")
app = enter(_make)
