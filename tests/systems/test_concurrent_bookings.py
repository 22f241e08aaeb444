"""Many at once, over real HTTP, against several processes: what must happen once happens once."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import pytest
import requests

import nexus
from nexus import Lab
from nexus.systems import Role
from tests.systems.dates import day

SCRIPT = """
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken
from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.listings.models import Listing
guests = User.objects.bulk_create(User(email=f"visitor{n}@example.com", name=f"Guest {n}") for n in range(202))
guests, spare = guests[:200], guests[200:]
host = User.objects.get(email="host@example.com")
place = dict(title="Wanted", location="Pula", price_per_night=Decimal(80), max_guests=3, host=host)
wanted, stayed, *others = Listing.objects.bulk_create(Listing(**place) for _ in range(12))
today = timezone.now().date()
Booking.objects.bulk_create(
    Booking(listing=stayed, guest=guest, check_in=today - timedelta(days=900 - n),
            check_out=today - timedelta(days=899 - n), guests=1, price_per_night=80, total_price=80, status="completed")
    for n, guest in enumerate(guests[:100]))
token = lambda user: str(AccessToken.for_user(user))
print(json.dumps({"guests": [token(user) for user in guests], "spare": [token(user) for user in spare],
                  "host": token(host), "wanted": str(wanted.pk), "stayed": str(stayed.pk),
                  "others": [str(one.pk) for one in others]}))
"""


class Api:
    """The API of several processes, and 200 guests with their tokens."""

    def __init__(self, lab: Lab, served: Role) -> None:
        self.lab, self.served = lab, served
        self.world: dict[str, Any] = json.loads(served.manage("shell", "-v", "0", "-c", SCRIPT).splitlines()[-1])

    def send(self, method: str, path: str, token: str = "", headers: Any = None, **options: Any) -> requests.Response:
        """On a connection of its own: one that is kept may be closed by the server just as the next request leaves."""
        sent = {"Authorization": f"Bearer {token}", **(headers or {})} if token else headers
        return requests.request(method, f"{self.served.url}/api/v1/{path}", headers=sent, timeout=60, **options)

    def book(self, listing: str, token: str, start: int, end: int, **headers: str) -> requests.Response:
        stay = {"listing": listing, "check_in": str(day(start)), "check_out": str(day(end)), "guests": 1}
        return self.send("POST", "bookings/", token, headers, json=stay)


@pytest.fixture(scope="module")
def api(worker_id: str) -> Iterator[Api]:
    lab = nexus.open(f"test-concurrent-bookings-{worker_id}", needs=("postgres", "redis"))
    served = nexus.serve("api", workers=3, access_minutes=60, booking_pending_nights=90)
    yield Api(lab, served)
    served.stop()
    lab.close()


def codes(answers: list[requests.Response]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


def test_of_200_who_want_one_night_one_gets_it(api: Api) -> None:
    answers = nexus.race(lambda token: api.book(api.world["wanted"], token, 30, 31), api.world["guests"])
    assert codes(answers) == {201: 1, 409: 199}
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"/problems/dates-taken"}


def test_a_booking_waits_for_its_listing_and_pays_its_price(api: Api) -> None:
    """Without this queue two could wait for each other at the constraint, and one be ended as a deadlock."""
    place = api.world["wanted"]
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with api.lab.connect() as host, ThreadPoolExecutor(1) as pool:
        host.execute("update listings_listing set price_per_night = 99 where id = %s", [place])
        asked = pool.submit(api.book, place, api.world["guests"][0], 36, 37)
        while not (asked.done() or api.lab.sql(waiting) == [1]):
            pass
        assert not asked.done()
        host.commit()
        assert asked.result().json()["total_price"] == "99.00"


GUEST_LOCK = """
select pg_advisory_xact_lock(hashtextextended('pending nights of ' || id, 0)) from accounts_user where email = %s
"""


def test_requests_of_one_guest_wait_for_each_other(api: Api) -> None:
    """Else two that count at once would both find room below the bound on pending nights."""
    guest, places = api.world["spare"][0], api.world["others"][:2]
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with api.lab.connect() as holder, ThreadPoolExecutor(2) as pool:
        holder.execute(GUEST_LOCK, ["visitor200@example.com"])
        asked = [pool.submit(api.book, place, guest, 100, 160) for place in places]
        while not (all(one.done() for one in asked) or api.lab.sql(waiting) == [2]):
            pass
        assert not any(one.done() for one in asked)
        holder.rollback()
        assert codes([one.result() for one in asked]) == {201: 1, 409: 1}


def test_40_requests_at_once_hold_90_nights_together(api: Api) -> None:
    guest, all_begin = api.world["spare"][1], Barrier(40, timeout=30)

    def book(number: int) -> requests.Response:
        place, start = api.world["others"][number % 10], 200 + 5 * (number // 10)
        all_begin.wait()
        return api.book(place, guest, start, start + 5)

    answers = nexus.race(book, range(40))
    assert codes(answers) == {201: 18, 409: 22}
    refused = {answer.json()["type"] for answer in answers if answer.status_code == 409}
    assert refused == {"/problems/too-many-pending-nights"}


def nights_held(api: Api, places: list[str], first: int) -> Any:
    """Of these places, each night from the first on that is held, and how many hold it."""
    return api.lab.sql(
        "select listing_id::text, night::date - %s, count(*) from bookings_booking,"
        " generate_series(check_in, check_out - 1, '1 day') night"
        " where listing_id = any(%s::uuid[]) and status <> 'cancelled' and check_in >= %s group by 1, 2",
        [day(0), places, day(first)],
    )


def overlapping_stays(api: Api, attempts: int, first: int) -> None:
    """Stays of one to four nights at ten places, from 16 threads. What is left is looked through in plain SQL.

    No night is held twice; and who was refused wanted a night that somebody holds: each was won, and none for nothing.
    """
    chance, places = Random(attempts), api.world["others"]
    wishes = [
        (chance.choice(places), chance.randrange(first, first + 30), chance.randint(1, 4)) for _ in range(attempts)
    ]

    def attempt(number: int) -> tuple[int, int]:
        place, start, nights = wishes[number]
        return number, api.book(place, api.world["guests"][number % 200], start, start + nights).status_code

    seen = nexus.load(attempt, calls=attempts, threads=16)
    assert not seen.errors
    assert {status for _, status in seen.results} == {201, 409}
    held = nights_held(api, places, first)
    assert {times for _, _, times in held} == {1}
    taken = {(place, night) for place, night, _ in held}
    for number, status in seen.results:
        place, start, nights = wishes[number]
        wanted = {(place, night) for night in range(start, start + nights)}
        assert wanted <= taken if status == 201 else wanted & taken


def test_of_240_overlapping_stays_none_share_a_night(api: Api) -> None:
    overlapping_stays(api, 240, first=40)


@pytest.mark.prove
def test_of_2400_overlapping_stays_none_share_a_night(api: Api) -> None:
    overlapping_stays(api, 2_400, first=100)


def test_of_8_uses_of_a_refresh_token_one_succeeds(api: Api) -> None:
    guest = {"email": "guest@example.com", "password": api.served.password}
    refresh = api.send("POST", "auth/token/", json=guest).json()["refresh"]
    for _ in range(20):
        answers = nexus.race(lambda one: api.send("POST", "auth/token/refresh/", json={"refresh": one}), [refresh] * 8)
        assert codes(answers) == {200: 1, 401: 7}
        refresh = next(answer for answer in answers if answer.ok).json()["refresh"]


def test_100_reviews_at_once_are_all_in_the_mean(api: Api) -> None:
    reviews = f"listings/{api.world['stayed']}/reviews/"

    def review(number: int) -> requests.Response:
        return api.send("POST", reviews, api.world["guests"][number], json={"rating": 1 + number % 5})

    assert codes(nexus.race(review, range(100))) == {201: 100}
    shown = api.send("GET", f"listings/{api.world['stayed']}/").json()
    assert (shown["rating_mean"], shown["rating_count"]) == (3.0, 100)


def test_one_guests_review_sent_20_times_counts_once(api: Api) -> None:
    api.lab.sql("delete from reviews_review")
    api.lab.sql("update listings_listing set rating_sum = 0, rating_count = 0")
    reviews, token = f"listings/{api.world['stayed']}/reviews/", api.world["guests"][0]
    answers = nexus.race(lambda rating: api.send("POST", reviews, token, json={"rating": rating}), [5] * 20)
    assert codes(answers) == {201: 1, 409: 19}
    assert api.send("GET", f"listings/{api.world['stayed']}/").json()["rating_count"] == 1


def test_one_key_sent_by_20_at_once_books_once(api: Api) -> None:
    wanted, token = api.world["wanted"], api.world["guests"][7]
    all_begin = Barrier(20, timeout=30)

    def book(number: int) -> requests.Response:
        all_begin.wait()
        return api.book(wanted, token, 33, 35, **{"Idempotency-Key": "once"})

    answers = nexus.race(book, range(20))
    assert set(codes(answers)) <= {201, 409}
    booked = {answer.text for answer in answers if answer.status_code == 201}
    busy = {answer.json()["type"] for answer in answers if answer.status_code == 409}
    assert len(booked) == 1
    assert busy <= {"/problems/request-in-progress"}
    assert api.book(wanted, token, 33, 35, **{"Idempotency-Key": "once"}).text in booked
    assert api.lab.sql("select count(*) from bookings_booking where check_in = %s", [day(33)]) == [1]


def test_of_20_editors_of_one_version_one_is_first(api: Api) -> None:
    place, token = f"listings/{api.world['others'][0]}/", api.world["host"]
    etag = api.send("GET", place).headers["ETag"]

    def edit(number: int) -> requests.Response:
        return api.send("PATCH", place, token, {"If-Match": etag}, json={"title": f"Edit {number}"})

    answers = nexus.race(edit, range(20))
    assert codes(answers) == {200: 1, 412: 19}
    first = next(answer for answer in answers if answer.ok).json()["title"]
    assert api.send("GET", place).json()["title"] == first


def test_of_100_guesses_at_once_5_are_looked_at(api: Api) -> None:
    guess = {"email": "guest2@example.com", "password": "wrong"}
    answers = nexus.race(lambda _: api.send("POST", "auth/token/", json=guess), range(100))
    assert codes(answers) == {401: 5, 429: 95}


def test_of_20_who_register_one_address_at_once_one_gets_it(api: Api) -> None:
    wanted = {"email": "wanted@example.com", "password": "correct horse battery"}
    answers = nexus.race(
        lambda name: api.send("POST", "auth/register/", json={**wanted, "name": name}), list("abcdefghijklmnopqrst")
    )
    assert codes(answers) == {201: 1, 400: 19}
    assert {error["code"] for answer in answers if not answer.ok for error in answer.json()["errors"]} == {"unique"}
