"""A chapter's room: empty at every opening, apart from all others, and made once where many want it at once."""

import re
from collections.abc import Callable
from typing import Any

import pika
import psycopg
import pytest
import redis

import nexus
from nexus import Lab, services
from nexus.errors import ServiceError
from nexus.services import Service
from nexus.services.rooms import open_database, open_key_space, open_vhost, room_name

AT_ONCE = 8
# Roles belong to the whole server, so each run of this SQL leaves a mark outside the database that it fills.
TEMPLATE = """
create table guests as select generate_series(1, 100) as number;
do $$ begin execute 'create role filled_by_' || pg_backend_pid(); end $$
"""


@pytest.fixture
def fresh_redis(lab: Lab) -> Service:
    """A server on which no room has a number yet."""
    return Service("redis", "embedded", lab.own("redis").url)


def ask(url: str, query: str) -> Any:
    with psycopg.connect(url) as connection:
        ((answer,),) = connection.execute(query)
    return answer


def fillings(postgres: Service) -> Any:
    return ask(postgres.url, "select count(*) from pg_roles where rolname like 'filled_by_%'")


# --- opening again, and side by side


def test_opening_again_empties_the_database_and_the_key_space(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab()
    lab.sql("create table guests (name text)")
    lab.redis.set("visits", 1)
    again = open_lab()
    assert again.sql("select tablename from pg_tables where schemaname = 'public'") == []
    assert again.redis.keys() == []


def test_a_connection_left_open_does_not_block_a_room(open_lab: Callable[..., Lab]) -> None:
    forgotten = open_lab().connect()
    open_lab()
    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("select 1")
    forgotten.close()


def test_two_chapters_see_none_of_each_others_tables_and_keys(open_lab: Callable[..., Lab]) -> None:
    lab, other = open_lab(), open_lab("-other")
    lab.sql("create table guests (name text)")
    lab.redis.set("visits", 1)
    with pytest.raises(psycopg.errors.UndefinedTable):
        other.sql("select * from guests")
    assert other.redis.get("visits") is None
    other.redis.flushdb()
    assert lab.redis.get("visits") == "1"


def test_a_rooms_queues_are_gone_when_it_is_opened_again(open_lab: Callable[..., Lab]) -> None:
    with open_lab(needs=("rabbitmq",)).amqp() as connection:
        connection.channel().queue_declare("letters", durable=True)
    with open_lab(needs=("rabbitmq",)).amqp() as again, pytest.raises(pika.exceptions.ChannelClosedByBroker):
        again.channel().queue_declare("letters", passive=True)


def test_rabbitmq_queues_of_one_chapter_are_unknown_in_another(open_lab: Callable[..., Lab]) -> None:
    lab, other = open_lab(needs=("rabbitmq",)), open_lab("-other", needs=("rabbitmq",))
    with lab.amqp() as mine, other.amqp() as theirs:
        mine.channel().queue_declare("letters")
        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="NOT_FOUND"):
            theirs.channel().queue_declare("letters", passive=True)


# --- templates


def test_chapters_that_open_a_new_template_at_once_fill_it_once(fresh_postgres: Service) -> None:
    rooms = [f"room_{number}" for number in range(4)]
    urls = nexus.race(lambda room: open_database(fresh_postgres, room, TEMPLATE), rooms)
    assert [ask(url, "select count(*) from guests") for url in urls] == [100] * 4
    assert fillings(fresh_postgres) == 1


def test_a_template_is_filled_again_only_when_its_sql_changes(fresh_postgres: Service) -> None:
    open_database(fresh_postgres, "room", TEMPLATE)
    before = fillings(fresh_postgres)
    open_database(fresh_postgres, "room", TEMPLATE)
    assert fillings(fresh_postgres) == before
    url = open_database(fresh_postgres, "room", TEMPLATE.replace("100", "5"))
    assert fillings(fresh_postgres) == before + 1
    assert ask(url, "select count(*) from guests") == 5


def test_changes_to_a_room_do_not_reach_its_template(fresh_postgres: Service) -> None:
    with psycopg.connect(open_database(fresh_postgres, "room", TEMPLATE)) as connection:
        connection.execute("truncate guests")
    assert ask(open_database(fresh_postgres, "room", TEMPLATE), "select count(*) from guests") == 100


def test_a_template_whose_sql_fails_is_not_kept(fresh_postgres: Service) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            open_database(fresh_postgres, "room", "create table guests (); select 1 / 0")


# --- one room at once


def test_kernels_that_open_one_chapter_at_once_take_turns(fresh_postgres: Service) -> None:
    urls = nexus.race(lambda room: open_database(fresh_postgres, room), ["room"] * AT_ONCE)
    assert len(set(urls)) == 1
    assert ask(urls[0], "select count(*) from pg_database where datname = 'room'") == 1


# --- Redis's numbered databases


def test_rooms_opened_at_once_get_key_spaces_of_their_own(fresh_redis: Service) -> None:
    rooms = [f"room_{number}" for number in range(AT_ONCE)]
    urls = nexus.race(lambda room: open_key_space(fresh_redis, room), rooms)
    assert len(set(urls)) == AT_ONCE
    assert [open_key_space(fresh_redis, room) for room in rooms] == urls


def test_one_room_opened_many_times_at_once_takes_one_key_space(fresh_redis: Service) -> None:
    urls = nexus.race(lambda room: open_key_space(fresh_redis, room), ["room"] * AT_ONCE)
    assert len(set(urls)) == 1


def test_no_room_gets_the_database_in_which_the_rooms_are_noted(fresh_redis: Service) -> None:
    open_key_space(fresh_redis, "room")
    with redis.Redis.from_url(fresh_redis.url, decode_responses=True) as client:
        assert list(client.hgetall("nexus:rooms").values()) == ["room"]


def test_a_redis_without_a_free_database_says_what_to_change(lab: Lab) -> None:
    full = Service("redis", "embedded", lab.own("redis", {"databases": "2"}).url)
    open_key_space(full, "first")
    with pytest.raises(ServiceError, match=r"^[^\n]*raise `databases`[^\n]*$"):
        open_key_space(full, "second")


# --- names and order


def test_text_is_sorted_by_code_point(lab: Lab) -> None:
    words = "select word from unnest(array['é', 'a', 'Z', 'b', '_']) as word order by word"
    assert lab.sql(words) == ["Z", "_", "a", "b", "é"]


def test_upper_and_lower_case_are_known_outside_ascii(lab: Lab) -> None:
    assert lab.sql("select upper('é')") == ["É"]


def test_a_room_is_named_after_its_chapter_and_its_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    name = room_name("20-Schema & more")
    assert re.fullmatch(r"nexus_20_schema_more_[0-9a-f]{6}", name)
    monkeypatch.setenv("NEXUS_HOME", ".nexus/another")
    assert room_name("20-Schema & more")[:-6] == name[:-6]
    assert room_name("20-Schema & more") != name


# --- a management API that is not as it should be


def one_line_of(api_url: str) -> str:
    with pytest.raises(ServiceError) as caught:
        open_vhost(Service("rabbitmq", "environment", "amqp://u:secret@127.0.0.1/", api_url), "room")
    message = str(caught.value)
    assert "\n" not in message
    assert "secret" not in message
    return message


def test_a_missing_management_api_is_named_in_one_line(closed_port: int) -> None:
    message = one_line_of(f"http://u:secret@127.0.0.1:{closed_port}")
    assert f"127.0.0.1:{closed_port}" in message
    assert "NEXUS_RABBITMQ_API_URL" in message


def test_a_management_url_without_a_scheme_is_one_line() -> None:
    assert "NEXUS_RABBITMQ_API_URL" in one_line_of("u:secret@127.0.0.1:15672")


def test_rabbitmq_refusing_the_user_is_said_in_one_line() -> None:
    api_url = services.use(("rabbitmq",))["rabbitmq"].api_url or ""
    assert "401" in one_line_of(f"http://u:secret@{api_url.rpartition('@')[2]}")
