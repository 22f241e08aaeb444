"""what-will-it-say: the status of each of eight requests, before they are sent."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise
from nexus.exercises.market import FLAT, Market, market_of

HINTS = {
    "a": "the question was fine, and so is an empty list: only an address that leads nowhere is a 404",
    "b": "a price that is no number: the request itself is wrong, and the client can fix it",
    "c": "nobody has said who is asking: that is 401, and 403 is for those whose name is known",
    "d": "the token is good and the fields are, but guests offer no places: the same request will be refused again",
    "e": "to say `forbidden` is to say that there is such a booking: it looks as if it were not there",
    "f": "the address is there, but it knows only other methods, which the header Allow names",
    "g": "the body is not even read: its Content-Type is none that the API knows, and there is a status for that",
    "h": "it is done, and there is nothing to say about it: a success without a body",
}


def statuses_of(market: Market) -> dict[str, int]:
    """What the API says to each of the requests, sent now."""
    place = market.send(market.mira, "POST", "listings/", json=FLAT).json()["id"]
    first = date.today() + timedelta(days=400)
    stay = {"listing": place, "guests": 1, "check_in": str(first), "check_out": str(first + timedelta(days=1))}
    booking = market.send(market.bo, "POST", "bookings/", json=stay).json()["id"]
    xml = {"data": "<booking/>", "headers": {"Content-Type": "application/xml"}}
    requests_: dict[str, tuple[Any, ...]] = {
        "a": (market.anybody, "GET", "listings/?q=zzzzzz"),
        "b": (market.anybody, "GET", "listings/?min_price=cheap"),
        "c": (market.anybody, "GET", "auth/me/"),
        "d": (market.ada, "POST", "listings/", {"json": FLAT}),
        "e": (market.ada, "GET", f"bookings/{booking}/"),
        "f": (market.mira, "PUT", f"listings/{place}/", {"json": FLAT}),
        "g": (market.ada, "POST", "bookings/", xml),
        "h": (market.mira, "DELETE", f"listings/{place}/"),
    }
    said_: dict[str, int] = {}
    for name, (who, method, path, *options) in requests_.items():
        said_[name] = market.send(who, method, path, **(options[0] if options else {})).status_code
    return said_


@exercise("what-will-it-say")
def what_will_it_say(lab: Lab, answer: Any) -> Iterator[Finding]:
    for name, status in statuses_of(market_of(lab)).items():
        given = answer.get(name)
        if isinstance(given, str):
            yield Finding(f"request {name}", status, repr(given), "a status is a number: without quotes")
        else:
            yield Finding(f"request {name}", status, given, HINTS[name])
