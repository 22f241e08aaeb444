"""No answer holds a check: what loops, sleeps or waits is a finding, and what was found before it is shown."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nexus import Lab
from nexus.exercises import Finding, Verdict, exercise, in_threads, run, scratch, scratch_tables, sql

FOR_HOURS = "select pg_sleep(3600)"
QUERY_OF_HOURS = "select count(*) from pg_stat_activity where query = 'select pg_sleep(3600)' and state = 'active'"


@exercise("ends")
def ends(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield Finding("it is there", True, answer is not None, "never seen")
    yield Finding("it returns 1", 1, answer(lab), "never seen")


@exercise("sql-ends")
def sql_ends(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        yield Finding("it is done", 1, run(db, answer).rowcount, "never seen")


@exercise("sql-with-tables-ends")
def sql_with_tables_ends(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, "create table stays (id int)") as db:
        yield Finding("it is done", 1, db.execute(answer).rowcount, "never seen")


def loops(lab: Lab) -> None:
    while True:
        pass


def loops_over_exceptions(lab: Lab) -> None:
    while True:
        try:
            time.sleep(3600)
        except Exception:  # noqa: S112 - as an answer might
            continue


def sleeps(lab: Lab) -> None:
    time.sleep(3600)


def waits_for_a_lock(lab: Lab) -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def waits_for_a_thread(lab: Lab) -> None:
    in_threads([threading.Event().wait], 3600, None)


def waits_for_redis(lab: Lab) -> None:
    lab.redis.blpop("nobody pushes to this", 0)


def asks_postgres_for_hours(lab: Lab) -> None:
    with lab.connect() as db:
        db.execute(FOR_HOURS)


@pytest.mark.parametrize(
    "answer",
    [
        loops,
        loops_over_exceptions,
        sleeps,
        waits_for_a_lock,
        waits_for_a_thread,
        waits_for_redis,
        asks_postgres_for_hours,
    ],
)
def test_an_answer_without_an_end_is_a_finding(open_lab: Callable[..., Lab], answer: Any) -> None:
    lab = open_lab(needs=("postgres", "redis"))
    before, last = ends.verdict(lab, answer, seconds=0.5).findings
    assert before.passed
    assert (last.what, last.passed) == ("the answer comes to an end", False)
    assert last.happened == "still running after 0.5 seconds"
    assert "a loop that does not end" in last.hint
    assert lab.sql(QUERY_OF_HOURS) == [0]  # what was under way in Postgres was cancelled


@pytest.mark.parametrize("tried", [sql_ends, sql_with_tables_ends])
def test_a_statement_that_takes_too_long_is_a_finding(
    open_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch, tried: Any
) -> None:
    monkeypatch.setattr(sql, "STATEMENT_SECONDS", 0.5)
    (finding,) = tried.verdict(open_lab(needs=("postgres",)), FOR_HOURS).findings
    assert finding.what == "the answer comes to an end"
    assert "statement timeout" in finding.happened


@pytest.mark.parametrize("tried", [sql_ends, sql_with_tables_ends])
def test_a_statement_that_waits_for_a_lock_is_a_finding(
    open_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch, tried: Any
) -> None:
    lab = open_lab(needs=("postgres",))
    monkeypatch.setattr(sql, "STATEMENT_SECONDS", 0.5)
    lab.sql("create table held (id int)")
    with lab.connect() as holder:
        holder.execute("lock table held")
        (finding,) = tried.verdict(lab, "select count(*) from public.held").findings
    assert finding.what == "the answer comes to an end"
    assert "a lock that is not free" in finding.hint


def test_a_timer_that_ran_goes_on_with_what_is_left(open_lab: Callable[..., Lab]) -> None:
    lab, former = open_lab(needs=("redis",)), signal.signal(signal.SIGALRM, signal.SIG_IGN)
    outer = signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        ends.verdict(lab, sleeps, seconds=0.5)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 999.5
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    finally:
        signal.setitimer(signal.ITIMER_REAL, *outer)
        signal.signal(signal.SIGALRM, former)


def test_outside_the_main_thread_there_is_no_time_limit(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(needs=("redis",))
    (verdict,) = in_threads([lambda: ends.verdict(lab, lambda lab: 1, seconds=0.5)], 30, None)
    assert isinstance(verdict, Verdict)
    assert verdict.passed
