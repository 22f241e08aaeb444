"""Mutations of 22c-bookings-over-http: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "22c-bookings-over-http"
CHANGES = [
    Change(
        "the fault is taken out: the room is there",
        "values ('attic'), ('tower')",
        "values ('attic'), ('tower'), ('cellar')",
    ),
    Change(
        "the promise is not taken away",
        'lab.sql("alter table bookings_booking drop constraint one_stay_a_night")\nlab.sql("delete',
        'lab.sql("delete',
    ),
    Change(
        "the fix asks for another name",
        '!= "one_guest_a_night":\n            raise',
        '!= "another":\n            raise',
    ),
    Change(
        "the fix lets nothing through",
        "            raise\n        return 409\n    return 201",
        "            pass\n        return 409\n    return 201",
    ),
    Change(
        "the promise is not put back",
        'lab.sql(f"alter table bookings_booking add constraint one_stay_a_night {promise}")',
        "promise",
    ),
    Change("one process serves", "workers=2", "workers=1"),
    Change("nobody holds the row", "    ada.execute(hold, [place])\n", ""),
    Change("the mistake harms nobody", "check (guests > 100)", "check (guests > 0)"),
    Change(
        "without the promise is with it",
        'lab.sql("alter table bookings_booking drop constraint one_stay_a_night")\nwithout',
        "without",
    ),
    Change("the first solution is spoiled", '"stay_has_a_night": 400}', '"stay_has_a_night": 409}'),
    Change(
        "the second solution is spoiled",
        "for _ in range(3):\n        try:\n            act()\n        except (S",
        "for _ in range(4):\n        try:\n            act()\n        except (S",
    ),
    Change("the third solution is spoiled", "if status != 409:", "if status not in (409, 503):"),
    Change("the third solution comes back at once", '                pause(int(headers["Retry-After"]))\n', ""),
]
