"""Idempotency-Key: a request that is sent again, because its answer was lost, is answered again and not done again.

After the draft "The Idempotency-Key HTTP Header Field" of the IETF's httpapi working group. What the request did and
its answer are committed together, so a crash leaves both or neither. Why own: "Idempotency keys" in DECISIONS.md.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from systems.api import problems
from systems.api.handlers import MEDIA_TYPE, as_response, problem_of
from systems.api.models import IdempotentRequest
from systems.api.problems import Problem
from systems.core.batches import delete_in_batches

LONGEST = 255


def answer_once(request: Request, act: Callable[[], Response]) -> Response:
    """What `act` answers or, where this key was answered before, that answer again. Without a key, just `act`.

    A refusal that `act` raises is an answer, too, and is kept: only its own changes are rolled back. Raises the problem
    REQUEST_IN_PROGRESS while another request with the key is under way, and KEY_REUSED for one with another body.
    """
    key = _key_of(request)
    if key is None:
        return act()
    account, fingerprint = cast(UUID, request.user.pk), _fingerprint(request)  # its views let nobody else in
    with transaction.atomic():
        if not _is_alone(f"{account}:{key}"):
            raise Problem(problems.REQUEST_IN_PROGRESS)
        kept = IdempotentRequest.objects.filter(account=account, key=key).first()
        if kept is None:
            answer = _attempt(act)
            body = json.dumps(answer.data, cls=JSONEncoder)
            IdempotentRequest.objects.create(
                account_id=account, key=key, fingerprint=fingerprint, status=answer.status_code, body=body
            )
            return answer
    if kept.fingerprint != fingerprint:
        raise Problem(problems.KEY_REUSED)
    return _answer(kept.status, json.loads(kept.body), {"Idempotency-Replayed": "true"})


def _key_of(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and (not key or len(key) > LONGEST or not key.isascii() or not key.isprintable()):
        raise ValidationError({"Idempotency-Key": [f"must be 1 to {LONGEST} printable characters of ASCII"]})
    return key


def answers_clean_up() -> int:
    """Delete the answers that were kept long enough (IDEMPOTENCY_HOURS); returns how many."""
    kept_until = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    return delete_in_batches(IdempotentRequest.objects.filter(created_at__lt=kept_until))


def _attempt(act: Callable[[], Response]) -> Response:
    try:
        with transaction.atomic():
            return act()
    except Exception as error:
        problem = problem_of(error)
        if problem is None or problem.type.status >= 500:  # no answer: the same request may succeed the next time
            raise
        return as_response(problem)


def _answer(status: int, data: Any, headers: dict[str, str]) -> Response:
    answer = Response(data, status=status, headers=headers)
    if status >= 400:
        answer.content_type = MEDIA_TYPE
    return answer


def _is_alone(name: str) -> bool:
    """Whether no other transaction works for this name. The lock ends with the transaction."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _fingerprint(request: Request) -> str:
    said = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()
