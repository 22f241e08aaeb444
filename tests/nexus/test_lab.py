"""What a chapter's first cell opens: handles to its room, and servers of its own to hurt."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pika
import psutil
import psycopg
import pytest
import redis
import sqlalchemy

import nexus
from nexus import Lab, NexusError
from nexus.services.home import KEEPER

# A kernel that has a throw-away server, says which, and then waits to be killed.
KERNEL = """
import sys, nexus
own = nexus.open(sys.argv[1], needs=("redis",)).own("redis")
print(own.server.processes()[0].pid, own.server.folder.parent, flush=True)
sys.stdin.read()
"""


def one_line(error: pytest.ExceptionInfo[BaseException]) -> str:
    message = str(error.value)
    assert "\n" not in message
    return message


# --- the handles of a room


def test_sql_gives_rows_bare_values_or_nothing(lab: Lab) -> None:
    assert lab.sql("create table guests (name text, age int)") is None
    assert lab.sql("insert into guests values ('Ada', 36), ('Alan', 41)") is None
    assert lab.sql("select name, age from guests order by age") == [("Ada", 36), ("Alan", 41)]
    assert lab.sql("select name from guests where age > %s", [40]) == ["Alan"]
    assert lab.sql("select name from guests where age > 50") == []


def test_a_refusal_is_given_with_its_class_and_its_words(lab: Lab) -> None:
    lab.sql("create table guests (name text primary key)")
    lab.sql("insert into guests values (%s)", ["Ada"])
    words = lab.refusal("insert into guests values (%s)", ["Ada"])
    assert words == 'UniqueViolation: duplicate key value violates unique constraint "guests_pkey"'


def test_a_slip_in_the_statement_is_no_refusal(lab: Lab) -> None:
    for slip in ("selec 1", "select * from no_such_table"):
        with pytest.raises(psycopg.ProgrammingError):
            lab.refusal(slip)


def test_a_refusal_that_does_not_come_is_an_assertion_error(lab: Lab) -> None:
    with pytest.raises(AssertionError, match="accepted: select 1"):
        lab.refusal("select 1")


def test_a_service_that_was_not_asked_for_is_named_in_one_line(open_lab: Callable[..., Lab]) -> None:
    with pytest.raises(NexusError, match='add "postgres" to needs') as error:
        open_lab(needs=("redis",)).url("postgres")
    one_line(error)


def test_a_service_that_nobody_knows_is_named_in_one_line() -> None:
    with pytest.raises(NexusError, match="mongo") as error:
        nexus.open("test-unknown", needs=("redis", "mongo"))
    assert "postgres, redis, rabbitmq" in one_line(error)


def test_without_an_open_chapter_the_first_cell_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus.lab._open", {})
    with pytest.raises(NexusError, match="first cell") as error:
        nexus.current()
    one_line(error)


def test_the_current_lab_is_the_one_opened_last(open_lab: Callable[..., Lab]) -> None:
    for suffix in ("", "-other", ""):
        assert open_lab(suffix, needs=("redis",)) is nexus.current()


def test_every_handle_reaches_the_room(lab: Lab) -> None:
    with lab.engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table guests (name text)"))
    assert lab.sql("select count(*) from guests") == [0]
    lab.redis.set("visits", 1)
    assert lab.redis.get("visits") == "1"


def test_rabbitmq_carries_a_message_within_the_room(open_lab: Callable[..., Lab]) -> None:
    with open_lab(needs=("rabbitmq",)).amqp() as connection:
        channel = connection.channel()
        channel.queue_declare("letters")
        channel.basic_publish("", "letters", b"hello")
        assert channel.basic_get("letters")[2] == b"hello"


def test_a_closed_lab_leaves_no_virtual_host_in_rabbitmq(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(needs=("rabbitmq",))
    lab.amqp().close()
    lab.close()
    with pytest.raises(pika.exceptions.AMQPConnectionError, match="not found"):
        lab.amqp()


def test_a_closed_lab_hands_out_new_handles(lab: Lab) -> None:
    engine, client = lab.engine, lab.redis
    lab.close()
    assert lab.engine is not engine
    assert lab.redis is not client
    assert lab.redis.ping()


# --- servers to hurt


def test_an_unknown_kind_of_own_server_is_named_in_one_line(lab: Lab) -> None:
    with pytest.raises(NexusError, match="knows postgres, redis, rabbitmq, inbox, provider, not 'jupyter'") as error:
        lab.own("jupyter")
    one_line(error)


def test_an_own_server_is_none_of_the_shared_ones(lab: Lab) -> None:
    own = lab.own("redis")
    own.connect().flushall()
    own.kill()
    assert lab.redis.ping()


def test_a_killed_redis_comes_back_with_what_it_had_saved(lab: Lab) -> None:
    own = lab.own("redis")
    client = own.connect()
    client.set("saved", 1)
    client.save()
    client.set("unsaved", 1)
    own.kill()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    own.restart()
    assert client.keys() == ["saved"]  # the same client, for the address is the same
    client.close()


def test_a_stopped_redis_comes_back_with_everything(lab: Lab) -> None:
    own = lab.own("redis")
    with own.connect() as client:
        client.set("visits", 1)
        own.stop()
        assert own.server.processes() == []
        own.restart()
        assert client.get("visits") == "1"


def test_a_killed_postgres_comes_back_with_what_was_committed(lab: Lab) -> None:
    own = lab.own("postgres", {"max_connections": "7"})
    connection = own.connect()
    connection.execute("create table guests as select 'committed' as name")
    connection.commit()
    connection.execute("insert into guests values ('open')")
    own.kill()
    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        own.connect()
    own.restart()
    with own.connect() as connection:
        assert connection.execute("select name from guests").fetchall() == [("committed",)]
        assert connection.execute("show max_connections").fetchone() == ("7",)


def test_a_killed_rabbitmq_comes_back_with_what_was_durable(lab: Lab) -> None:
    own = lab.own("rabbitmq", {"max_message_size": "1000"})
    with own.connect() as connection:
        connection.channel().queue_declare("letters", durable=True)
    # RabbitMQ 3 writes a new queue to its log a moment after it says "declared", and a kill in that moment loses it.
    # An orderly stop writes all. A message is on the disk when it is confirmed.
    own.restart()
    channel = own.connect().channel()
    channel.confirm_delivery()
    for mode in (pika.DeliveryMode.Persistent, pika.DeliveryMode.Transient):
        channel.basic_publish("", "letters", mode.name.encode(), pika.BasicProperties(delivery_mode=mode.value))
    own.kill()
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        channel.basic_get("letters")
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        own.connect()
    own.restart()
    with own.connect() as connection:
        channel = connection.channel()
        assert [channel.basic_get("letters")[2] for _ in range(2)] == [b"Persistent", None]
        channel.basic_publish("", "letters", b"x" * 1001)
        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="larger than"):
            channel.queue_declare("letters", passive=True)


def test_a_setting_of_redis_is_in_force_from_the_start(lab: Lab) -> None:
    with lab.own("redis", {"maxmemory": "2mb"}).connect() as client:
        assert client.config_get("maxmemory") == {"maxmemory": str(2 * 1024 * 1024)}


def test_a_paused_server_keeps_clients_waiting_until_resumed(lab: Lab) -> None:
    own = lab.own("redis")
    with redis.Redis.from_url(own.url, socket_timeout=0.2, retry=None) as client:
        client.ping()
        own.pause()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        own.resume()
        assert client.ping()


def test_closing_the_lab_removes_its_servers_and_folders(lab: Lab) -> None:
    own = lab.own("redis")
    lab.close()
    assert own.server.processes() == []
    assert not own.server.folder.parent.exists()


def test_a_killed_kernel_leaves_no_server_and_no_folder(
    worker_id: str, eventually: Callable[[Callable[[], object]], None], ended: Callable[[psutil.Process], bool]
) -> None:
    command = [sys.executable, "-c", KERNEL, f"test-{worker_id}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as kernel:
        assert kernel.stdout
        pid, folder = kernel.stdout.readline().rstrip("\n").split(" ", 1)
        server, keeper = psutil.Process(int(pid)), keeper_of(folder)
        kernel.kill()
    eventually(lambda: ended(server))
    eventually(lambda: ended(keeper))
    assert not Path(folder).exists()


def keeper_of(folder: str) -> psutil.Process:
    """The process that waits for the last user of a folder's servers to be gone."""
    (keeper,) = (p for p in psutil.process_iter(["cmdline"]) if {str(KEEPER), folder} <= set(p.info["cmdline"] or ()))
    return keeper
