"""Mutations of 22b-isolation: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "22b-isolation"
CHANGES = [
    Change("everybody is on one level", "ada.isolation_level = bo.isolation_level = level", "pass"),
    Change("the fault is taken out: Bo writes nothing in between", "        bo.execute(change)\n", ""),
    Change(
        "the update is not lost: the second one adds to what is there",
        "\"update rooms set price = %s where name = 'tower'\", [seen + 10]",
        "add_ten",
    ),
    Change("both close the same room", '(ada, "attic"), (bo, "tower")', '(ada, "attic"), (bo, "attic")'),
    Change("Bo has no picture yet when Ada books", "    bo.execute(open_rooms)\n", ""),
    Change("the families lock in one order", "enumerate(rooms)", "enumerate(sorted(rooms))"),
    Change("the fix has two orders", "both_rooms(sorted(rooms), lambda: None)", "both_rooms(rooms, meet)"),
    Change("one statement writes a fixed price", "price = price + 10", "price = 110"),
    Change("the bad loop raises", "            continue", "            raise"),
    Change(
        "the loop retries everything",
        "except (SerializationFailure, DeadlockDetected):\n            pause(random.uniform(0, 0.01",
        "except psycopg.Error:\n            pause(random.uniform(0, 0.01",
    ),
    Change("serializable becomes repeatable read", "IsolationLevel.SERIALIZABLE\n", "IsolationLevel.REPEATABLE_READ\n"),
    Change(
        "the first solution is spoiled",
        '"set stock = stock - 1": "read committed"',
        '"set stock = stock - 1": "repeatable read"',
    ),
    Change("the second solution is spoiled", "ids = sorted((giver, taker))", "ids = (giver, taker)"),
    Change("the third solution is spoiled", "range(1, 5)", "range(1, 50)"),
]
