"""What an Idempotency-Key refers to: the first answer, kept with what it did in one transaction."""

import uuid

from django.conf import settings
from django.db import models


class IdempotentRequest(models.Model):
    """The answer to the first request with a key. A key belongs to an account, so nobody meets another's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField()
    body = models.TextField()  # JSON; a column of JSON would change the order of its members
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="answer_age")]  # for those that are deleted
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_answer_for_a_key")]
