"""What is to be published, what was handled, and up to when the schedule was followed."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class Event(models.Model):
    """Something that happened, such as booking.confirmed. The relay publishes it and then deletes this row.

    Its id says in which order events were added, which is not the order of their commits: a relay that remembered "all
    up to this id" would miss what a slower transaction commits later.
    """

    event_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    topic = models.CharField(max_length=100)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.topic


class HandledEvent(models.Model):
    """The inbox: this handler has done its work for this event, and both were committed together."""

    event_id = models.UUIDField()
    handler = models.CharField(max_length=100)
    handled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "handler"], name="one_handling_an_event")]
        indexes = [models.Index(fields=["handled_at"], name="handling_age")]  # for those that are deleted


class Schedule(models.Model):
    """Up to this slot, which is a time at which it was due, a task has its events. A new one begins with now."""

    task = models.CharField(max_length=100, primary_key=True)
    slot = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.task
