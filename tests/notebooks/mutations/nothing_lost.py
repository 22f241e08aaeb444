"""Mutations of 42b-nothing-lost: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "42b-nothing-lost"
CHANGES = [
    Change("the fault is taken out: nobody is killed", "killed if number % 4 == 3 else go_on", "go_on"),
    Change("the fault is taken out: the relay is not killed", "relay(after=killed)", "relay()"),
    Change(
        "the fault is taken out: the commit is before the event",
        "        publish([event_of(number)])\n        fate(db)",
        "        db.commit()\n        publish([event_of(number)])\n        fate(db)",
    ),
    Change(
        "the fix is broken: the relay deletes before it publishes",
        "            publish([event for _, event in rows], **where)\n            after(db)",
        "            db.execute('delete from outbox where id = any(%s)', [[key for key, _ in rows]])\n"
        "            db.commit()\n            after(db)\n            publish([event for _, event in rows], **where)",
    ),
    Change(
        "the fix is broken: the event is no part of the transaction",
        "db.execute(new_event, [event_of(number)])",
        "id(new_event)",
    ),
    Change("the fix is broken: the consumer looks at no note", "if db.execute(note, [event]).fetchone():", "if True:"),
    Change("the fix is broken: everybody leads", 'db.execute("select pg_try_advisory_lock(42)").fetchone()[0]', "True"),
    Change("the fault is taken out: the broker has room", '"10MB"', '"400MB"'),
    Change("the fix is broken: jitter is off", "arrivals(jitter=True)", "arrivals(jitter=False)"),
    Change(
        "the solution of five-steps is spoiled",
        '"write the invoice", "commit", "acknowledge"]',
        '"commit", "write the invoice", "acknowledge"]',
    ),
    Change(
        "the solution of two-handlers is spoiled",
        "[event, handler]).fetchone():\n            work(db)",
        "[event, 'any']).fetchone():\n            work(db)",
    ),
    Change("the solution of nothing-leaves is spoiled", " and granted and", " and"),
    Change(
        "the solution of judge-the-relay is spoiled",
        '        if not got:\n            add("two")\n',
        '        add("two")\n',
    ),
]
