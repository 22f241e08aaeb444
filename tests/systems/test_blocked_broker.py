"""RabbitMQ runs out of memory while it is in use: bookings go on, and all of their mail comes afterwards, once."""

import subprocess
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest
import requests
from kombu import Connection

import nexus
from nexus import Lab
from nexus.lab import Own
from nexus.services.rabbitmq import PACKAGES, RabbitMQ, find_script, is_unpacked, unpacked
from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.bookings.services import booking_create
from systems.core.queues import declare
from systems.listings.models import Listing
from systems.outbox.models import Event, HandledEvent
from tests.systems.broker import celery, relay, running, until
from tests.systems.dates import day

BOOKINGS = 20


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Another process sees only what is committed, so the rows are deleted instead."""
    yield
    for model in (Event, HandledEvent, Booking, Listing, User):
        model.objects.all().delete()


@pytest.fixture
def lab(worker_id: str) -> Iterator[Lab]:
    lab = nexus.open(f"test-blocked-{worker_id}", needs=())
    yield lab
    lab.close()


def control(own: Own, *command: str) -> None:
    """`rabbitmqctl`, for this node."""
    assert isinstance(own.server, RabbitMQ)
    script = find_script().with_name("rabbitmqctl")
    if is_unpacked(find_script()):
        script = PACKAGES / script.relative_to(unpacked().resolve())
    run = [str(script), "-n", "nexus@localhost", *command]
    subprocess.run(run, cwd=own.server.folder, env=own.server._environment(), check=True, capture_output=True)


def in_alarm(own: Own) -> bool:
    [node] = requests.get(f"{own.page}/api/nodes", timeout=30).json()
    return bool(node["mem_alarm"])


@pytest.fixture
def book(person: Callable[..., User], listing_of: Callable[..., Listing]) -> Callable[[int], None]:
    """Books so many nights, each by itself."""
    place, guest, days = listing_of(), person(), count(1)

    def make(nights: int) -> None:
        for start in islice(days, nights):
            booking_create(guest=guest, listing=place.pk, check_in=day(start), check_out=day(start + 1), guests=1)

    return make


def mails(inbox: Own) -> list[str]:
    """Their names: a copy has the same."""
    found = requests.get(f"{inbox.page}/messages.json", timeout=30).json()
    return [mail["headers"]["Message-ID"] for mail in found]


@pytest.mark.prove
def test_bookings_go_on_while_rabbitmq_is_blocked(lab: Lab, tmp_path: Path, book: Callable[[int], None]) -> None:
    own, inbox, log = lab.own("rabbitmq"), lab.own("inbox"), tmp_path / "relay"
    with Connection(own.url) as connection:
        declare(connection)
    worker = celery("worker", "--concurrency", "1", "-n", "tests@localhost")
    with (
        running(worker, own.url, tmp_path / "worker", SYSTEMS_EMAIL_URL=inbox.url),
        running(relay(), own.url, log),
    ):
        book(1)
        until(lambda: len(mails(inbox)) == 2)  # to guest and host: all is connected
        control(own, "set_vm_memory_high_watermark", "absolute", "10MB")
        until(lambda: in_alarm(own))
        book(BOOKINGS)
        until(lambda: b"the relay begins again" in log.read_bytes())
        assert (Event.objects.count(), len(mails(inbox))) == (BOOKINGS, 2)
        control(own, "set_vm_memory_high_watermark", "absolute", "512MB")
        until(lambda: len(mails(inbox)) == 2 + 2 * BOOKINGS and not Event.objects.exists())
    assert len(set(mails(inbox))) == len(mails(inbox)) == 2 + 2 * BOOKINGS
