"""Right and wrong answers to goes-along of 20b-constraints."""

from exercises.constraints.goes_along import goes_along
from tests.exercises.answers import Answers

answers = Answers(goes_along)

LINKS = ("wishes.guest_id", "wishes.listing_id", "bookings.guest_id", "bookings.listing_id")


def choice(*rules: str) -> dict[str, str]:
    return dict(zip(LINKS, rules, strict=True))


answers.right(choice("cascade", "cascade", "set null", "no action"))
answers.right(choice("cascade", "cascade", "set default", "restrict"))
answers.wrong("outlives the guest")(choice("cascade", "cascade", "cascade", "restrict"))
answers.wrong("the table that refused")(choice("cascade", "cascade", "restrict", "restrict"))
answers.wrong("the table that refused")(choice("no action", "cascade", "set null", "restrict"))
answers.wrong("nothing of it may stay")(choice("set null", "cascade", "set null", "restrict"))
answers.wrong("it goes along")(choice("cascade", "no action", "set null", "restrict"))
answers.wrong("its bookings must refuse")(choice("cascade", "cascade", "set null", "cascade"))
