"""A house whose stays can clash with rules of several kinds."""

from typing import Any

HOUSE = """
    create table rooms (name text primary key);
    insert into rooms values ('tower');
    create table stays (
        room text references rooms,
        stay daterange constraint stay_has_a_night check (not isempty(stay)),
        guests int constraint somebody_stays check (guests > 0),
        cleaner text,
        constraint one_guest_a_night exclude using gist (room with =, stay with &&),
        constraint one_room_a_cleaner exclude using gist (cleaner with =, stay with &&)
    )
"""
INSERT = "insert into stays values (%s, %s, %s, %s)"
NIGHT, NEXT = "[2030-06-01,2030-06-02)", "[2030-06-02,2030-06-03)"


def kind(answer: Any) -> Any:
    """Of an error in words, its name."""
    return answer.partition(":")[0] if isinstance(answer, str) else answer
