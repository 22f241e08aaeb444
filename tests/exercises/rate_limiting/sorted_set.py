"""Right and wrong answers to sorted-set of 41-rate-limiting."""

import uuid
from collections.abc import Callable
from typing import Any

from exercises.rate_limiting.sorted_set import sorted_set
from tests.exercises.answers import Answers

answers = Answers(sorted_set)


def by_set(client: Any, key: str, now: float, member: str, past: float | str = "") -> bool:
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, past or now - 60).zadd(key, {member: now}).zcard(key).expire(key, 60)
        return bool(pipe.execute()[2] <= 10)


@answers.right
def in_a_script(client: Any, key: str, now: float) -> bool:
    script = """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', tonumber(ARGV[1]) - 60)
        if redis.call('ZCARD', KEYS[1]) >= 10 then return 0 end
        redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
        redis.call('EXPIRE', KEYS[1], 60)
        return 1
    """
    return bool(client.eval(script, 1, key, now, uuid.uuid4().hex))


@answers.wrong("ten of ten")
def one_too_few(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).zcard(key).expire(key, 60)
        passes = pipe.execute()[2] < 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@answers.wrong("in the set once")
def as_in_the_blogs(client: Any, key: str, now: float) -> bool:
    return by_set(client, key, now, str(now))


@answers.wrong("in the set once")
def takes_back_the_moment(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, str(now))
    if not passes:
        client.zrem(key, str(now))
    return passes


@answers.wrong("that one too")
def keeps_the_sixtieth_second(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    passes = by_set(client, key, now, member, past=f"({now - 60}")
    if not passes:
        client.zrem(key, member)
    return passes


@answers.wrong("takes the own member back")
def keeps_the_refused(client: Any, key: str, now: float) -> bool:
    return by_set(client, key, now, uuid.uuid4().hex)


@answers.wrong("all counted before")
def counts_then_adds(client: Any, key: str, now: float) -> bool:
    client.zremrangebyscore(key, 0, now - 60)
    if client.zcard(key) >= 10:
        return False
    client.zadd(key, {uuid.uuid4().hex: now})
    client.expire(key, 60)
    return True


def by_name(client: Any, key: str, now: float, end: Callable[[Any], Any]) -> bool:
    """Right, apart from the end that it gives the key."""
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).zcard(key)
        end(pipe)
        passes = pipe.execute()[2] <= 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@answers.wrong("let the key expire")
def stays_for_ever(client: Any, key: str, now: float) -> bool:
    return by_name(client, key, now, lambda pipe: pipe.persist(key))


@answers.wrong("puts the end off")
def ends_with_its_first(client: Any, key: str, now: float) -> bool:
    return by_name(client, key, now, lambda pipe: pipe.expire(key, 60, nx=True))


@answers.wrong("puts the end off")
def ends_too_early(client: Any, key: str, now: float) -> bool:
    return by_name(client, key, now, lambda pipe: pipe.expire(key, 6))


@answers.right
def tries_until_nobody_interferes(client: Any, key: str, now: float) -> bool:
    def decide(pipe: Any) -> None:
        room.append(pipe.zcount(key, f"({now - 60}", "+inf") < 10)
        pipe.multi()
        if room[-1]:
            pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {uuid.uuid4().hex: now}).expire(key, 60)

    room: list[bool] = []
    client.transaction(decide, key)
    return room[-1]


@answers.right
def counts_without_removing_first(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zadd(key, {member: now}).zcount(key, f"({now - 60}", "+inf")
        passes = pipe.zremrangebyscore(key, 0, now - 60).expire(key, 60).execute()[1] <= 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@answers.wrong("so each saw too many")
def in_four_steps(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    client.zremrangebyscore(key, 0, now - 60)
    client.zadd(key, {member: now})
    passes = client.zcard(key) <= 10
    client.expire(key, 60)
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@answers.wrong("need not be your own")
def takes_the_newest_back(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, uuid.uuid4().hex)
    if not passes:
        client.zpopmax(key)
    return passes


@answers.wrong("need not be your own")
def cuts_the_set_to_ten(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, uuid.uuid4().hex)
    client.zremrangebyrank(key, 10, -1)
    return passes


@answers.wrong("count the whole set")
def counts_up_to_now(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).expire(key, 60)
        passes = pipe.zcount(key, now - 60, now).execute()[3] <= 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@answers.wrong("not the place decides")
def asks_for_its_place(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).expire(key, 60)
        passes = pipe.zrank(key, member).execute()[3] < 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@answers.wrong("who was admitted stays")
def takes_the_tenth_back(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).zcard(key).expire(key, 60)
        count = pipe.execute()[2]
    if count >= 10:
        client.zrem(key, member)
    return bool(count <= 10)


@answers.wrong("takes the own member back")
def takes_back_what_is_not_there(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, uuid.uuid4().hex)
    if not passes:
        client.zrem(key, now)
    return passes
