"""Mutations of 41b-rate-limits-over-http: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "41b-rate-limits-over-http"
CHANGES = [
    Change("a fault is taken out: the window never ends", "lab.redis.expire(key, 0)\n", ""),
    Change("a fault is taken out: nobody waits for the others to read", "        all_have_read.wait()\n", ""),
    Change("a fault is taken out: the clock stands still", "hundred_at(last + 1)", "hundred_at(last)"),
    Change("a fault is taken out: every lie is the same", 'f"10.9.8.{number}"', '"10.9.8.7"'),
    Change("a fault is taken out: nobody pulls the plug", "own.kill()\n", ""),
    Change("a fix is broken: the throttle lets all in", "return self.decision.admitted", "return True"),
    Change("a fix is broken: t says when all are back", "ceil(self.decision.reset_after - others)", "60"),
    Change("a fix is broken: the wait is too short", 'int(answers[1].headers["Retry-After"])', "0.5"),
    Change("a fix is broken: one proxy too many", "set_up(NUM_PROXIES=number)", "set_up(NUM_PROXIES=2)"),
    Change("a fix is broken: no policy for an outage", "except redis.RedisError:", "except KeyError:"),
    Change("a fix is broken: the 503 names no moment", '"Please try again shortly.", 5', '"Try again.", None'),
    Change("a fix is broken: the local limit counts nobody", "self.counts[guest] += 1", "self.counts[guest] += 0"),
    Change("a fix is broken: Redis has a minute to answer", "socket_timeout=0.5, ", "socket_timeout=60, "),
    Change("the first solution is spoiled", "str(ceil(decision.retry_after))", "str(int(decision.retry_after))"),
    Change("the second solution is spoiled", 'reversed((forwarded or "").split(","))', '(forwarded or "").split(",")'),
    Change("the third solution is spoiled", "and tries > 1:", "and tries > 0:"),
]
