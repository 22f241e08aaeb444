"""Celery."""

from systems.settings.environment import env
from systems.settings.kinds import amqp_url

BROKER_URL = env("BROKER_URL", amqp_url, default="")  # without one the API runs, and no task does
