"""Mutations of 41-rate-limiting: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "41-rate-limiting"
CHANGES = [
    Change(
        "the fault is taken out: both rushes fall into one minute",
        '"Bo", 59.999, 60.000)\nassert f',
        '"Bo", 58, 59)\nassert f',
    ),
    Change("the fault is taken out: nobody waits for the others", "    all_have_looked.wait()\n", ""),
    Change(
        "the fault is taken out: the clocks agree",
        '(fixed_window, "Cleo", 30, 30 + 61)',
        '(fixed_window, "Cleo", 30, 30)',
    ),
    Change(
        "the fix is broken: the fixed window admits one more",
        ':{minute}", 60)\n    return count <= 10',
        ':{minute}", 60)\n    return count <= 11',
    ),
    Change(
        "the fix is broken: the log admits one more", '"sliding-log.lua", 10, MINUTE', '"sliding-log.lua", 11, MINUTE'
    ),
    Change(
        "the counter guesses nothing: it is a log", 'limiter("sliding-counter.lua", 10', 'limiter("sliding-log.lua", 10'
    ),
    Change("the bucket of three has room for four", "TOKEN, TOKEN * n)", "TOKEN, TOKEN * n + TOKEN)"),
    Change("GCRA and the bucket have different bursts", "limit=10, period=60)", "limit=10, period=60, burst=9)"),
    Change(
        "with the clocks in agreement GCRA admits no second rush",
        'admitted, "Cleo", 30, 30 + 61)',
        'admitted, "Cleo", 30, 30)',
    ),
    Change("the limit on the server's time is another one", "limit=10, period=3600", "limit=12, period=3600"),
    Change("the first solution is spoiled", "ceil(moments[0] + 60 - now)", "int(moments[0] + 60 - now)"),
    Change("the second solution is spoiled", "expire(key, 60, nx=True)", "expire(key, 60)"),
    Change("the third solution is spoiled", "        client.zrem(key, member)", "        pass"),
    Change("the third solution takes another's visit back", "client.zrem(key, member)", "client.zpopmax(key)"),
    Change(
        "the fourth solution is spoiled",
        "local now, due = tonumber(ARGV[5]), {}\nfor n = 1, 2",
        "local now, due = tonumber(ARGV[5]), {}\nfor n = 1, 1",
    ),
]
