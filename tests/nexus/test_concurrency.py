"""`race`, `load`, `until`, `wait`: calls really are under way at once, and what is measured is what was felt."""

import threading
import time

import pytest

import nexus
from nexus import Load, NexusError, load, race

MEETING = 10  # seconds that calls wait for each other: long enough for a busy machine, and an error after that
STALL = 0.3


class Watched:
    """A call that knows how many of it are under way. Each waits until `together` are, so fewer would time out."""

    def __init__(self, together: int) -> None:
        self.meeting = threading.Barrier(together, timeout=MEETING)
        self.lock = threading.Lock()
        self.under_way = self.most = 0

    def __call__(self, number: int) -> int:
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self.meeting.wait()
        with self.lock:
            self.under_way -= 1
        return number


class Clock:
    """A clock that goes only when it is turned, and a server on it that hangs at one call."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def sleep_until(self, moment: float) -> None:
        self.now = max(self.now, moment)

    def stalls_once(self, number: int) -> None:
        if number == 5:
            self.now += STALL


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("nexus.concurrency.time", clock)
    monkeypatch.setattr("nexus.concurrency._sleep_until", clock.sleep_until)
    return clock


# --- race


def test_all_calls_of_a_race_are_under_way_at_once() -> None:
    call = Watched(together=50)
    assert race(call, range(50)) == list(range(50))
    assert call.most == 50


def test_no_call_of_a_race_starts_before_all_can(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = []

    class Seen(threading.Barrier):
        def wait(self, timeout: float | None = None) -> int:
            waiting.append(self.parties)
            return super().wait(timeout)

    monkeypatch.setattr(threading, "Barrier", Seen)
    assert race(lambda _: len(waiting), range(8)) == [8] * 8


def test_results_are_in_the_order_of_the_arguments() -> None:
    first_ended = threading.Event()

    def last_first(number: int) -> int:
        if number == 1:
            first_ended.set()
        assert first_ended.wait(MEETING)
        return number

    assert race(last_first, [3, 2, 1]) == [3, 2, 1]


def test_a_tuple_is_spread_and_all_else_is_one_argument() -> None:
    assert race(lambda *given: given, [(1, 2), [3, 4], "ab", ()]) == [(1, 2), ([3, 4],), ("ab",), ()]


def test_an_error_is_raised_once_all_calls_have_ended() -> None:
    ended = []

    def odd_fails(number: int) -> None:
        ended.append(number)
        if number % 2:
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        race(odd_fails, range(6))
    assert sorted(ended) == list(range(6))


def test_errors_can_be_had_among_the_results() -> None:
    good, bad = race(lambda number: 1 // number, [1, 0], errors="return")
    assert good == 1
    assert isinstance(bad, ZeroDivisionError)


def test_an_exception_that_a_call_returns_is_a_result() -> None:
    (returned,) = race(lambda _: ValueError("returned"), [1])
    assert isinstance(returned, ValueError)


# --- load


def test_a_load_makes_every_call_once_and_measures_each() -> None:
    seen = load(lambda number: number * number, calls=100, threads=7)
    assert sorted(seen.results) == [number * number for number in range(100)]
    assert seen.calls == len(seen.latencies) == 100
    assert seen.rate == pytest.approx(100 / seen.seconds)
    assert seen.errors == []


def test_a_closed_loop_keeps_its_threads_and_no_more_in_flight() -> None:
    call = Watched(together=5)
    load(call, calls=40, threads=5)
    assert call.most == 5


def test_errors_are_collected_and_their_calls_measured() -> None:
    seen = load(lambda number: 1 // (number % 2), calls=10, threads=3)
    assert [type(error) for error in seen.errors] == [ZeroDivisionError] * 5
    assert seen.results == [1] * 5
    assert seen.calls == 10


def test_in_a_closed_loop_a_stall_is_charged_to_one_call_only(clock: Clock) -> None:
    seen = load(clock.stalls_once, calls=50, threads=1)
    assert [latency for latency in seen.latencies if latency] == [STALL]


def test_at_a_given_rate_a_stall_counts_for_queued_calls(clock: Clock) -> None:
    seen = load(clock.stalls_once, calls=50, threads=1, rate=100)
    # Calls fall due 0.01 s apart: the first waits for the whole stall, each one after it for 0.01 s less.
    queue = [STALL - waited / 100 for waited in range(30)]
    assert seen.latencies == pytest.approx([0] * 5 + queue + [0] * 15)
    assert seen.seconds == pytest.approx(0.49)


def test_at_a_given_rate_no_call_is_made_before_it_is_due() -> None:
    began = time.perf_counter()
    made = load(lambda number: time.perf_counter() - began - number / 200, calls=40, threads=4, rate=200).results
    assert min(made) >= 0


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1), (1, 1), (10, 1), (10.1, 2), (50, 5), (90, 9), (99, 10), (100, 10)]
)
def test_a_percentile_is_the_nearest_rank(share: float, expected: int) -> None:
    assert Load(latencies=[3, 1, 2, 10, 9, 8, 7, 6, 5, 4]).percentile(share) == expected


@pytest.mark.parametrize("share", [0, 50, 99, 100])
def test_every_percentile_of_a_single_call_is_that_call(share: float) -> None:
    assert Load(latencies=[0.25]).percentile(share) == 0.25


def test_the_thousandth_part_is_not_lost_in_rounding() -> None:
    assert Load(latencies=[float(number) for number in range(1, 1001)]).percentile(99.9) == 999


def test_a_load_without_calls_says_that_it_has_no_percentiles() -> None:
    with pytest.raises(NexusError, match="made no call"):
        load(abs, calls=0).percentile(50)


def test_the_figure_of_a_load_ends_at_its_slowest_call() -> None:
    axes = Load(latencies=[0.2, 0.1, 0.4, 0.3]).figure("latency", "how long calls took").axes
    assert axes.lines[0].get_xydata().tolist() == [[25, 100], [50, 200], [75, 300], [100, 400]]  # type: ignore[union-attr]


# --- wait


def test_waiting_says_for_how_long_and_why_and_then_does(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.perf_counter()
    nexus.wait(0.05, because="the key expires")
    assert time.perf_counter() - began >= 0.05
    assert capsys.readouterr().out == "Waiting 0.05 s: the key expires.\n"


def test_until_returns_the_first_true_answer() -> None:
    answers = iter([0, "", 3, 4])
    assert nexus.until(lambda: next(answers)) == 3


def test_until_gives_up_with_the_last_answer() -> None:
    with pytest.raises(TimeoutError, match=r"within 0\.1 seconds; the last answer was \[\]"):
        nexus.until(list, seconds=0.1)
