"""The finished limiter: exact under a race, exact at its edges, and gone from memory when it is not needed."""

from collections.abc import Callable

import pytest
import redis

import nexus
from nexus import Lab
from nexus.limiter import Decision, Limiter

HOUR = 3600.0
MOMENT = 1_800_000_000.0  # of the injected clock: as large as a real one, so that rounding would show


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    return open_lab(needs=("redis",))


def test_of_a_hundred_at_once_exactly_the_limit_is_admitted(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=10, period=HOUR)
    decisions = nexus.race(limiter.hit, ["Ada"] * 100)
    assert sum(decision.admitted for decision in decisions) == 10
    assert sorted(decision.remaining for decision in decisions if decision.admitted) == list(range(10))


def test_two_servers_share_one_limit(lab: Lab) -> None:
    with redis.Redis.from_url(lab.url("redis")) as other:  # its answers are bytes, and that must not matter
        limiters = [Limiter(client, limit=10, period=HOUR) for client in (lab.redis, other)]
        decisions = nexus.race(lambda number: limiters[number % 2].hit("Ada"), range(60))
    assert sum(decision.admitted for decision in decisions) == 10


@pytest.mark.parametrize(("limit", "period", "burst"), [(10, 60, 10), (10, 60, 1), (7, HOUR, 3), (3, HOUR, None)])
def test_retry_after_is_the_first_moment_that_passes(lab: Lab, limit: int, period: float, burst: int | None) -> None:
    limiter = Limiter(lab.redis, limit, period, burst)
    assert [limiter.hit("Ada", MOMENT).admitted for _ in range(burst or limit)] == [True] * (burst or limit)
    refused = limiter.hit("Ada", MOMENT)
    assert not refused.admitted
    assert refused.retry_after > 0
    assert not limiter.hit("Ada", MOMENT + refused.retry_after - 0.000_001).admitted
    assert limiter.hit("Ada", MOMENT + refused.retry_after).admitted
    assert not limiter.hit("Ada", MOMENT + refused.retry_after).admitted


def test_a_decision_says_what_is_left_and_when_all_is_back(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=6, period=60, burst=3)
    assert [limiter.hit("Ada", MOMENT) for _ in range(4)] == [
        Decision(True, 2, 0.0, 10.0),
        Decision(True, 1, 0.0, 20.0),
        Decision(True, 0, 0.0, 30.0),
        Decision(False, 0, 10.0, 30.0),
    ]
    assert limiter.hit("Ada", MOMENT + 30) == Decision(True, 2, 0.0, 10.0)


def test_no_stretch_of_a_period_sees_more_than_it_may(lab: Lab) -> None:
    for burst, most in ((1, 6), (6, 11)):
        limiter = Limiter(lab.redis, limit=6, period=60, burst=burst)
        moments = [MOMENT + second for second in range(200) if limiter.hit("Ada", MOMENT + second).admitted]
        assert max(sum(start <= moment < start + 60 for moment in moments) for start in moments) == most


def test_a_refused_request_costs_nothing(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=1, period=60)
    waits = [limiter.hit("Ada", MOMENT).retry_after for _ in range(20)]
    assert waits == [0.0] + [60.0] * 19


def test_a_clock_that_steps_back_admits_nobody_twice(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=1, period=60)
    assert limiter.hit("Ada", MOMENT).admitted
    assert limiter.hit("Ada", MOMENT - 30) == Decision(False, 0, 90.0, 90.0)


def test_keys_and_rules_are_counted_apart(lab: Lab) -> None:
    strict, mild = Limiter(lab.redis, limit=1, period=HOUR), Limiter(lab.redis, limit=2, period=HOUR)
    assert [strict.hit(guest).admitted for guest in ("Ada", "Bo", "Ada")] == [True, True, False]
    assert [mild.hit("Ada").admitted for _ in range(3)] == [True, True, False]


def test_without_a_clock_of_ours_it_is_the_servers(lab: Lab) -> None:
    seconds, microseconds = lab.redis.time()
    Limiter(lab.redis, limit=1, period=HOUR).hit("Ada")
    (key,) = lab.redis.keys()
    due = float(lab.redis.get(key) or 0) / 1_000_000
    assert 0 <= due - HOUR - (seconds + microseconds / 1_000_000) < 60


def test_keys_expire_by_themselves(lab: Lab, eventually: Callable[[Callable[[], object]], None]) -> None:
    Limiter(lab.redis, limit=10, period=HOUR).hit("Ada")
    (key,) = lab.redis.keys()
    assert 0 < lab.redis.pttl(key) <= 360_000
    Limiter(lab.redis, limit=1, period=0.05).hit("Bo")
    eventually(lambda: lab.redis.keys() == [key])


@pytest.mark.parametrize(("limit", "period", "burst"), [(0, 60, 1), (10, 0, 1), (10, 60, 0), (-1, 60, None)])
def test_a_limit_that_means_nothing_is_refused(lab: Lab, limit: int, period: float, burst: int | None) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Limiter(lab.redis, limit, period, burst)


# --- cost, test and clear


def test_costs_in_a_race_never_add_up_to_more_than_the_burst(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=10, period=HOUR)
    decisions = nexus.race(lambda number: limiter.hit("Ada", cost=3), range(60))
    assert sorted(decision.remaining for decision in decisions if decision.admitted) == [1, 4, 7]
    assert limiter.hit("Ada").admitted  # what is too little for three is still there for one
    assert not limiter.hit("Ada").admitted


def test_mixed_costs_in_a_race_fill_the_burst(lab: Lab) -> None:
    limiter, costs = Limiter(lab.redis, limit=10, period=HOUR), [1, 2, 3] * 20
    decisions = nexus.race(lambda cost: limiter.hit("Ada", cost=cost), costs)
    assert sum(cost for cost, decision in zip(costs, decisions, strict=True) if decision.admitted) == 10


@pytest.mark.parametrize("cost", [1, 2, 3])
def test_a_cost_passes_after_retry_after_and_not_before(lab: Lab, cost: int) -> None:
    limiter = Limiter(lab.redis, limit=6, period=60, burst=3)
    limiter.hit("Ada", MOMENT, cost=3)
    wait = limiter.hit("Ada", MOMENT, cost=cost).retry_after
    assert wait == 10 * cost
    assert not limiter.hit("Ada", MOMENT + wait - 0.000_001, cost=cost).admitted
    assert limiter.hit("Ada", MOMENT + wait, cost=cost) == Decision(True, 0, 0.0, 30.0)


def test_a_refused_cost_says_how_many_of_one_would_pass(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=6, period=60)
    assert limiter.hit("Ada", MOMENT, cost=4) == Decision(True, 2, 0.0, 40.0)
    assert limiter.hit("Ada", MOMENT, cost=3) == Decision(False, 2, 10.0, 40.0)


@pytest.mark.parametrize("cost", [1, 3, 6])
def test_a_test_decides_as_the_hit_after_it(lab: Lab, cost: int) -> None:
    limiter = Limiter(lab.redis, limit=6, period=60)
    for second in (0, 0, 1.5, 10, 30, 29, 95, 155):
        asked, hit = (ask("Ada", MOMENT + second, cost=cost) for ask in (limiter.test, limiter.hit))
        assert (asked.admitted, asked.retry_after) == (hit.admitted, hit.retry_after)
        assert asked.remaining - (cost if hit.admitted else 0) == hit.remaining


def test_a_test_writes_nothing(lab: Lab) -> None:
    own = lab.own("redis")
    with own.connect() as client:
        limiter = Limiter(client, limit=2, period=HOUR)
        assert [limiter.test("Ada").remaining for _ in range(3)] == [2, 2, 2]
        assert client.dbsize() == 0
        limiter.hit("Ada", cost=2)
        assert [limiter.test("Ada").admitted for _ in range(3)] == [False, False, False]
        assert client.info("commandstats")["cmdstat_set"]["calls"] == 1


def test_clear_gives_the_whole_burst_back_to_one_key(lab: Lab) -> None:
    limiter = Limiter(lab.redis, limit=2, period=HOUR)
    for guest in ("Ada", "Bo"):
        limiter.hit(guest, cost=2)
    limiter.clear("Ada")
    limiter.clear("nobody")
    assert lab.redis.dbsize() == 1
    assert limiter.hit("Ada", cost=2).admitted
    assert not limiter.hit("Bo").admitted


@pytest.mark.parametrize("cost", [0, -1, 4])
def test_a_cost_that_could_never_pass_is_refused(lab: Lab, cost: int) -> None:
    limiter = Limiter(lab.redis, limit=10, period=60, burst=3)
    for ask in (limiter.hit, limiter.test):
        with pytest.raises(ValueError, match="cost must be from 1 to the burst of 3"):
            ask("Ada", cost=cost)
    assert lab.redis.dbsize() == 0
