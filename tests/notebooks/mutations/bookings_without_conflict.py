"""Mutations of 22-bookings-without-conflict: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "22-bookings-without-conflict"
CHANGES = [
    Change("the fault is taken out: nobody waits for the others", "    meet()\n    if not taken:", "    if not taken:"),
    Change(
        "the bookings' lock becomes one on the listing",
        'look_then_insert(db, guest, stay, meet, locking=" for update")',
        "in_turn(db, guest, stay, meet)",
    ),
    Change(
        "repeatable read becomes serializable",
        "db.isolation_level = IsolationLevel.REPEATABLE_READ",
        "db.isolation_level = IsolationLevel.SERIALIZABLE",
    ),
    Change(
        "Bo's look at a taken night locks nothing",
        'bo.execute(look + " for update nowait", [night])',
        "bo.execute(look, [night])",
    ),
    Change(
        "the lock on the listing is one that many can hold",
        'id = 1 for no key update"\n\ndef',
        'id = 1 for key share"\n\ndef',
    ),
    Change("the numbers differ, so nobody queues", 'lock(22, 1)")', 'lock(22, pg_backend_pid())")'),
    Change(
        "serializable becomes repeatable read",
        "db.isolation_level = IsolationLevel.SERIALIZABLE",
        "db.isolation_level = IsolationLevel.REPEATABLE_READ",
    ),
    Change("the constraint compares only equal stays", "stay with &&)", "stay with =)"),
    Change(
        "the small races look first, with the constraint, too",
        "[all_at_once(by_constraint,",
        "[all_at_once(check_then_insert,",
    ),
    Change("the figure draws one line twice", "axes.plot(sizes, by_rule,", "axes.plot(sizes, by_look,"),
    Change("Ada holds no lock while Bo comes", "    ada.execute(the_listing)\n", ""),
    Change("Ada commits, and does not change her mind", "    ada.rollback()\n", "    ada.commit()\n"),
    Change(
        "the first solution is spoiled",
        '"insert into bookings values (1, (the free night))": True,\n    "insert into reviews values (1, 5)": False',
        '"insert into bookings values (1, (the free night))": False,\n    "insert into reviews values (1, 5)": False',
    ),
    Change("the second solution is spoiled", "where id = %s for no key update", "where id = %s for update"),
    Change("the third solution is spoiled", "status = 'pending' and asked_at <= %s", "asked_at <= %s"),
]
