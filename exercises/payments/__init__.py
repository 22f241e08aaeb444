"""The exercises of 42c-payments: what may follow, a signature, lost webhooks, and a circuit breaker."""

from exercises.payments.genuine import genuine
from exercises.payments.let_one_through import let_one_through
from exercises.payments.settle import settle
from exercises.payments.what_may_follow import what_may_follow
from nexus.exercises import Chapter

chapter = Chapter("42c-payments", what_may_follow, genuine, settle, let_one_through)
check = chapter.check
