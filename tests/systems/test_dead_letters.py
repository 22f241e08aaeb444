"""`manage.py dead_letters` on a real RabbitMQ: to look loses nothing, and what is sent again is done."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.test import override_settings
from kombu import Connection

from nexus import paths
from systems.core.queues import DEAD, WORK, declare
from systems.ops.dead_letters import dead_letters
from tests.systems.broker import Broker, celery, environment, running, sender, until, with_queues

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def module_broker(worker_id: str) -> Iterator[Broker]:
    with with_queues(f"test-dead-{worker_id}") as broker:
        yield broker


@pytest.fixture
def broker(module_broker: Broker) -> Broker:
    """With nothing in its queues."""
    with Connection(module_broker.url) as connection:
        for queue in (*WORK, DEAD):
            connection.default_channel.queue_purge(queue)  # type: ignore[attr-defined]
    return module_broker


@pytest.fixture
def app(broker: Broker) -> Iterator[Celery]:
    with sender(broker) as app:
        yield app


@pytest.fixture
def notes() -> Iterator["redis.Redis"]:
    notes = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    notes.delete("attempts")
    yield notes
    notes.delete("attempts")


@pytest.fixture
def run(broker: Broker) -> Run:
    """The command, as one types it."""

    def run_it(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "systems.manage", "dead_letters", *arguments]
        known = {**environment(broker.url), **variables}
        return subprocess.run(command, cwd=paths.ROOT, env=known, capture_output=True, encoding="utf-8", check=False)

    return run_it


def die(app: Celery, broker: Broker, count: int, task: str = "tests.no_worker", **arguments: object) -> list[str]:
    """Send tasks, and let each die as a worker does that rejects it; returns their ids, the oldest first."""
    ids = [app.send_task(task, [number], arguments, queue="mail").id for number in range(count)]
    with Connection(broker.url) as connection:
        channel = connection.default_channel
        for _ in ids:
            message = until(lambda: channel.basic_get("mail"))  # type: ignore[attr-defined]
            channel.basic_reject(message.delivery_tag, requeue=False)  # type: ignore[attr-defined]
        until(lambda: channel.queue_declare(DEAD, passive=True).message_count == count)  # type: ignore[attr-defined]
    return ids


def ids_in(said: str) -> list[str]:
    return re.findall(r"^[0-9a-f]{8}-[0-9a-f-]{27}", said, re.MULTILINE)


def test_to_look_at_rabbitmq_loses_nothing(app: Celery, broker: Broker, run: Run) -> None:
    ids = die(app, broker, 5)
    looks = [run("list").stdout for _ in range(3)]
    assert [ids_in(said) for said in looks] == [ids] * 3
    assert [*looks[0].splitlines()[1].split()[:4], looks[0].splitlines()[-1]] == [
        ids[0],
        "tests.no_worker",
        "mail",
        "rejected",
        "5 dead letters",
    ]


def test_fifty_looks_at_rabbitmq_lose_nothing(app: Celery, broker: Broker) -> None:
    """RabbitMQ 4 drops a message that was given back 20 times, unless its queue says otherwise."""
    ids = die(app, broker, 2)

    def look() -> list[str]:
        with dead_letters() as dead:
            return [letter.id for letter in dead.letters]

    with override_settings(CELERY_BROKER_URL=broker.url):
        for _ in range(50):
            until(lambda: look() == ids)


def test_a_look_at_rabbitmq_is_given_back_after_a_kill(app: Celery, broker: Broker, run: Run) -> None:
    ids = die(app, broker, 3)
    look = (
        "import os, signal; from systems.ops.dead_letters import dead_letters\n"
        "with dead_letters() as dead:\n    assert len(dead.letters) == 3; os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", f"from systems.entry import enter; enter(lambda: None)\n{look}"]
    assert subprocess.run(command, cwd=paths.ROOT, env=environment(broker.url), check=False).returncode == -9
    assert until(lambda: ids_in(run("list").stdout)) == ids


def test_a_dead_letter_of_rabbitmq_is_shown_without_secrets(app: Celery, broker: Broker, run: Run) -> None:
    (one, _) = die(app, broker, 2, booking=7, password="walnut", card={"token": "t-1"})
    said = run("show", one).stdout
    assert "walnut" not in said
    assert "t-1" not in said
    shown = dict(re.findall(r"^(.{12}) (.*)$", said, re.MULTILINE))
    known = {name.strip(): value for name, value in shown.items()}
    assert [known[name] for name in ("id", "task", "queue", "reason", "sent again")] == [
        one,
        "tests.no_worker",
        "mail",
        "rejected",
        "0",
    ]
    assert known["first death"] == known["last death"] != ""
    assert '"booking": 7' in known["arguments"]


def test_what_is_sent_again_over_rabbitmq_has_all_its_tries(
    app: Celery, broker: Broker, run: Run, notes: "redis.Redis", tmp_path: Path
) -> None:
    """Three attempts with pauses in the delay queues, dead, sent again, three more, and dead again."""
    with running(celery("worker", "--concurrency", "1", "-n", "tests@localhost"), broker.url, tmp_path / "log"):
        one = app.send_task("tests.fail_slowly").id
        for attempts in ("2", "4"):
            until(lambda: ids_in(run("list").stdout) == [one])
            assert notes.get("attempts") == attempts
            if attempts == "2":
                before = run("show", one).stdout
                assert run("requeue", one).stdout == "1 sent again\n"
    said = run("show", one).stdout
    assert re.findall(r"queue +systems\n", said)
    assert re.findall(r"first death  (.*)", said) == re.findall(r"last death   (.*)", before)
    assert re.findall(r"sent again   (.*)", said) == ["1"]


def test_one_of_rabbitmqs_dead_letters_is_sent_alone(app: Celery, broker: Broker, run: Run) -> None:
    first, second, third = die(app, broker, 3)
    assert run("requeue", second).returncode == 0
    assert ids_in(run("list").stdout) == [first, third]
    assert run("requeue", "--all").stdout == "2 sent again\n"
    assert run("list").stdout == "0 dead letters\n"
    with Connection(broker.url) as connection:
        get = connection.default_channel.basic_get  # type: ignore[attr-defined]
        waiting = [until(lambda: get("mail", no_ack=True)) for _ in range(3)]
    assert [message.headers["id"] for message in waiting] == [second, first, third]
    assert not [name for message in waiting for name in message.headers if name.startswith("x-death")]


def test_what_rabbitmq_can_not_take_stays_dead(app: Celery, broker: Broker, run: Run) -> None:
    (one,) = die(app, broker, 1)
    with Connection(broker.url) as connection:
        connection.default_channel.queue_delete("mail")  # type: ignore[attr-defined]
        done = run("requeue", one)
        declare(connection)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: RabbitMQ refuses: ")
    assert ids_in(run("list").stdout) == [one]


def test_a_new_rabbitmq_has_no_dead_letters(broker: Broker, run: Run) -> None:
    with Connection(broker.url) as connection:
        connection.default_channel.queue_delete(DEAD)  # type: ignore[attr-defined]
        said = run("list").stdout
        declare(connection)
    assert said == "0 dead letters\n"


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (("show", "no-such"), {}, "no dead letter has the id 'no-such'"),
        (("requeue", "no-such"), {}, "no dead letter has the id 'no-such'"),
        (("list",), {"SYSTEMS_BROKER_URL": ""}, "SYSTEMS_BROKER_URL must be set"),
        (("list",), {"SYSTEMS_BROKER_URL": "amqp://127.0.0.1:9/"}, "RabbitMQ does not answer: "),
    ],
)
def test_a_wrong_call_over_rabbitmq_is_said_in_a_line(
    run: Run, arguments: tuple[str, ...], variables: dict[str, str], said: str
) -> None:
    done = run(*arguments, **variables)
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: {said}")
    assert done.stderr.count("\n") == 1
