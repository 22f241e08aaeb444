"""Right and wrong answers to locked-out of 41-rate-limiting."""

from typing import Any

from exercises.rate_limiting.locked_out import locked_out
from tests.exercises.answers import Answers

answers = Answers(locked_out)


@answers.right
def sets_then_counts_in_one_step(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.set(key, 0, ex=60, nx=True).incr(key).execute()[1] <= 10)


@answers.right
def a_script(client: Any, key: str) -> bool:
    script = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], 60) end return n <= 10"
    return bool(client.eval(script, 1, key))


@answers.right
def heals_what_it_finds(client: Any, key: str) -> bool:
    count = client.incr(key)
    if client.ttl(key) == -1:
        client.expire(key, 60)
    return bool(count <= 10)


@answers.right
def each_request_sees_to_it(client: Any, key: str) -> bool:
    count = client.incr(key)
    client.expire(key, 60, nx=True)
    return bool(count <= 10)


@answers.wrong("tenth is the last")
def nine_pass(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 60, nx=True).execute()[0] < 10)


@answers.wrong("a list, and what INCR said")
def takes_the_wrong_place(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 60, nx=True).execute()[1] <= 10)


@answers.wrong("takes seconds")
def ten_minutes(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 600, nx=True).execute()[0] <= 10)


@answers.wrong("takes seconds")
def no_time_at_all(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 6, nx=True).execute()[0] <= 10)


@answers.wrong("must be one step")
def keeps_to_itself(client: Any, key: str) -> bool:
    try:
        count = client.incr(key)
        return bool(count <= 10)
    finally:
        if count == 1:
            client.expire(key, 60)


@answers.wrong("must be one step")
def two_lines(client: Any, key: str) -> bool:
    count = client.incr(key)
    if count == 1:
        client.expire(key, 60)
    return bool(count <= 10)


@answers.wrong("must be one step")
def the_end_first(client: Any, key: str) -> bool:
    client.expire(key, 60, nx=True)
    return bool(client.incr(key) <= 10)


@answers.wrong("a key can expire")
def sets_then_counts(client: Any, key: str) -> bool:
    client.set(key, 0, ex=60, nx=True)
    return bool(client.incr(key) <= 10)


@answers.wrong("never let in again")
def always_a_new_end(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 60).execute()[0] <= 10)


@answers.wrong("all looked before")
def looks_first(client: Any, key: str) -> bool:
    if int(client.get(key) or 0) >= 10:
        return False
    with client.pipeline() as pipe:
        pipe.incr(key).expire(key, 60, nx=True).execute()
    return True
