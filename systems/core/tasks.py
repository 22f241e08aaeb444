"""How a task in the background fails: it is tried again, ever later, and at last becomes a dead letter."""

from typing import Any

from celery import Task


class RetriedTask(Task[..., Any]):
    """After attempt n it waits a random number of whole seconds up to 2**n, so that what failed together does not come
    back together ("full jitter": Marc Brooker, "Exponential Backoff And Jitter", AWS, 2015). 8 retries take up to 8
    minutes. Every error is tried again: a fault of ours may be fixed by then, too.
    """

    autoretry_for = (Exception,)
    max_retries = 8
    retry_backoff = 1  # seconds
    retry_backoff_max = 600
    retry_jitter = True
