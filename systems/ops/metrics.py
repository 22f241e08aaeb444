"""What Prometheus is given: the queues and the outbox as they are, and what the workers have counted.

Servers are asked at each scrape, side by side. One that does not answer within a second is left out, and systems_up is
0 for it, so that an outage is seen and does not stop the scrape.
"""

import asyncio
import logging
import struct
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
from amqp import AMQPError, NotFound
from django.conf import settings
from kombu import Connection
from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from systems.core.queues import DEAD, WORK

SECONDS = 1.0  # for each server; Prometheus waits 10 by default
MOST = 100_000  # events that are counted
OUTBOX = f"""
select (select count(*) from (select from outbox_event limit {MOST}) as oldest),
       coalesce((select extract(epoch from now() - created_at) from outbox_event order by id limit 1), 0)::float8
"""  # noqa: S608 - a number
DELAYED = [level_name(level) for level in range(MAX_NUMBER_OF_BITS_TO_USE)]
TRIES = 3
# Not asyncio's own pool, for whose threads `asyncio.run` would wait. One that is stuck ends by a timeout of its own.
_pool = ThreadPoolExecutor(1)
log = logging.getLogger(__name__)


class Collector:
    """For a registry of prometheus_client."""

    def collect(self) -> Iterator[Metric]:
        """Everything, in at most SECONDS and the time that it takes to write it down."""
        queues, outbox = asyncio.run(_ask())
        up = Gauge("systems_up", "1 where the server answers, 0 where it does not.", labels=["server"])
        up.add_metric(["rabbitmq"], queues is not None)
        up.add_metric(["postgres"], outbox is not None)
        yield up
        yield from _of_queues(queues) if queues is not None else ()
        yield from _of_outbox(*outbox) if outbox is not None else ()
        yield from _counted()


async def _ask() -> tuple[dict[str, int] | None, tuple[int, float] | None]:
    return await asyncio.gather(_queues(), _outbox())


async def _queues() -> dict[str, int] | None:
    try:
        async with asyncio.timeout(SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_pool, _depths)
    except (OSError, AMQPError) as error:  # TimeoutError is an OSError
        log.warning("RabbitMQ does not answer: %s", error)
        return None


def _depths() -> dict[str, int]:
    """Messages that no worker has yet, by queue, as far as the queue was made."""
    bounds = {"read_timeout": SECONDS, "write_timeout": SECONDS}
    client = Connection(settings.CELERY_BROKER_URL, connect_timeout=SECONDS, transport_options=bounds)
    found = {}
    with closing(client.transport.establish_connection()) as session:  # at once, where kombu's connect tries twice
        channel = session.channel()
        for queue in (*WORK, DEAD, *DELAYED):
            try:
                found[queue] = channel.queue_declare(queue, passive=True).message_count
            except NotFound:
                channel = session.channel()  # the other is closed by that
    return found


async def _outbox() -> tuple[int, float] | None:
    try:
        async with asyncio.timeout(SECONDS), await psycopg.AsyncConnection.connect(settings.DATABASE_URL) as database:
            (row,) = await (await database.execute(OUTBOX)).fetchall()
            return row
    except (OSError, psycopg.OperationalError) as error:
        log.warning("Postgres does not answer: %s", error)
        return None


def _of_queues(depths: dict[str, int]) -> Iterator[Metric]:
    ready = Gauge("systems_queue_messages", "Messages that wait for a worker.", labels=["queue"])
    for queue in WORK:
        ready.add_metric([queue], depths.get(queue, 0))
    yield ready
    yield Gauge("systems_dead_letters", "Messages that failed for good.", value=depths.get(DEAD, 0))
    delayed = sum(depths.get(queue, 0) for queue in DELAYED)
    yield Gauge(
        "systems_delayed_messages", "Messages that wait for their time, such as that of a retry.", value=delayed
    )


def _of_outbox(count: int, oldest: float) -> Iterator[Metric]:
    yield Gauge("systems_outbox_events", f"Events that wait for the relay; {MOST} is that or more.", value=count)
    yield Gauge("systems_outbox_oldest_seconds", "Age of the oldest of them, 0 where there is none.", value=oldest)


def _counted() -> Iterable[Metric]:
    """Of all workers together. Again where a worker that starts has just taken a file away."""
    for _ in range(TRIES):
        try:
            files = map(str, Path(settings.METRICS_FOLDER).glob("*/*.db")) if settings.METRICS_FOLDER else ()
            return list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]
        except (FileNotFoundError, struct.error):  # or has just made one, empty
            continue
    return []
