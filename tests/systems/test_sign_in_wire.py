"""Guesses, refresh tokens and hashes at the real server: what it looked at, and what it held in memory."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import pytest

import nexus
from nexus import Lab
from nexus.systems import Role
from tests.systems.wire import Reply, Wire

TOKEN, REFRESH, REGISTER, PAGE = (
    "/api/v1/auth/token/",
    "/api/v1/auth/token/refresh/",
    "/api/v1/auth/register/",
    "/admin/login/",
)
WRONG = "wrong"
ADMIN, GUEST = "admin@example.com", "guest@example.com"
MOST_MEGABYTES = 250  # that the hashes of one process may hold at once


class Caller:
    """Someone with an address of their own, at the API and at the admin's page to sign in."""

    numbers = count(1)

    def __init__(self, wire: Wire) -> None:
        self.wire, self.headers = wire, {"X-Forwarded-For": f"198.51.100.{next(self.numbers)}"}

    def at_the_api(self, email: str, password: str = WRONG) -> Reply:
        return self.wire.json("POST", TOKEN, {"email": email, "password": password}, self.headers)

    def at_the_page(self, email: str, password: str = WRONG) -> int:
        form = self.wire.request("GET", PAGE, self.headers)
        found = re.search("csrftoken=([^;]+)", form.headers["Set-Cookie"])
        assert found
        said = {"csrfmiddlewaretoken": found[1], "username": email, "password": password}
        headers = {
            **self.headers,
            "Cookie": f"csrftoken={found[1]}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        page = self.wire.request("POST", PAGE, headers, urlencode(said).encode())
        return 429 if b"too many attempts" in page.body else page.status

    def refresh(self, token: str) -> Reply:
        return self.wire.json("POST", REFRESH, {"refresh": token}, self.headers)


@pytest.fixture(scope="module")
def lab(worker_id: str) -> Iterator[Lab]:
    lab = nexus.open(f"test-sign-in-{worker_id}", needs=("postgres", "redis"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def wire(lab: Lab) -> Iterator[Wire]:
    """A server that believes what the tests say of their addresses."""
    served = Role("api", lab.urls, {"trusted_proxies": "127.0.0.1"}, lab.services["postgres"])
    yield Wire(served)
    served.stop()


@pytest.fixture
def caller(wire: Wire) -> Caller:
    return Caller(wire)


# --- guessing


def test_an_own_sign_in_resets_no_count_of_the_address(wire: Wire, caller: Caller) -> None:
    codes = []
    for turn in range(10):
        codes += [caller.at_the_api(f"stranger{turn}-{n}@example.com").status for n in range(4)]
        codes.append(caller.at_the_api(GUEST, wire.served.password).status)
    assert codes[:6] == [401, 401, 401, 401, 200, 401]
    assert set(codes[6:]) == {429}


def test_the_same_at_the_page_of_the_admin(wire: Wire, caller: Caller) -> None:
    codes = []
    for turn in range(4):
        codes += [caller.at_the_page(f"stranger{turn}-{n}@example.com") for n in range(4)]
        codes.append(caller.at_the_page(ADMIN, wire.served.password))
    assert codes[:6] == [200, 200, 200, 200, 302, 200]
    assert set(codes[6:]) == {429}


@pytest.mark.parametrize("field", ["username", "password"])
def test_a_form_left_blank_resets_no_count(caller: Caller, field: str) -> None:
    victim = f"victim-{field}@example.com"
    codes = [caller.at_the_page(victim) for _ in range(4)]
    caller.at_the_page(victim if field == "password" else "", "" if field == "password" else "wrong")
    assert codes + [caller.at_the_page(victim) for _ in range(2)] == [200] * 5 + [429]


def test_a_household_signs_in_as_often_as_it_likes(wire: Wire, caller: Caller) -> None:
    assert [caller.at_the_api(GUEST, wire.served.password).status for _ in range(12)] == [200] * 12


def test_a_locked_account_is_no_failure_of_the_address(wire: Wire) -> None:
    for _ in range(5):
        Caller(wire).at_the_api("locked@example.com")
    neighbour = Caller(wire)
    assert [neighbour.at_the_api("locked@example.com").status for _ in range(6)] == [429] * 6
    assert neighbour.at_the_api(GUEST, wire.served.password).status == 200


def test_of_100_guesses_for_100_accounts_at_once_5_count(caller: Caller) -> None:
    answers = nexus.race(lambda n: caller.at_the_api(f"many{n}@example.com").status, range(100))
    assert Counter(answers) == {401: 5, 429: 95}


# --- what a new password ends


def change_password(wire: Wire, email: str, how: str) -> None:
    user = f"from systems.accounts.models import User; user = User.objects.get(email='{email}'); "
    wire.served.manage("shell", "-v", "0", "-c", user + how)


def test_a_sign_in_with_the_old_password_ends_with_it(wire: Wire, caller: Caller, lab: Lab) -> None:
    """It was looked at before the change was committed, and gets its token after that."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with lab.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute("update accounts_user set password = 'argon2$else' where email = 'guest2@example.com'")
        signing_in = pool.submit(caller.at_the_api, "guest2@example.com", wire.served.password)
        while not (signing_in.done() or lab.sql(waiting) == [1]):
            pass
        other.commit()
        reply = signing_in.result()
    good = reply.status == 200 and caller.refresh(reply.json()["refresh"]).status == 200
    assert not good


def test_a_new_password_ends_every_login(wire: Wire, caller: Caller) -> None:
    tokens = [caller.at_the_api("sales@example.com", wire.served.password).json()["refresh"] for _ in range(2)]
    change_password(wire, "sales@example.com", "user.set_password('another horse battery'); user.save()")
    assert [caller.refresh(token).status for token in tokens] == [401, 401]
    assert caller.at_the_api("sales@example.com", "another horse battery").status == 200


# --- costly work


def peak(process: int) -> int:
    """The most memory, in megabytes, that this process ever held."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process's memory is read from /proc")
def test_40_who_register_at_once_cost_bounded_memory(wire: Wire, caller: Caller) -> None:
    _, *workers = wire.served._server.processes()
    before = [peak(worker.pid) for worker in workers]

    def register(number: int) -> int:
        wanted = {"email": f"visitor{number}@example.com", "password": "correct horse battery"}
        return Caller(wire).wire.json("POST", REGISTER, wanted, Caller(wire).headers).status

    codes = Counter(nexus.race(register, range(40)))
    grown = [peak(worker.pid) - was for worker, was in zip(workers, before, strict=True)]
    assert max(grown) < MOST_MEGABYTES, grown
    assert set(codes) <= {201, 429, 503}, codes


def test_registering_is_limited_by_address(wire: Wire, caller: Caller) -> None:
    def register(number: int) -> int:
        wanted = {"email": f"house{number}@example.com", "password": "correct horse battery"}
        return wire.json("POST", REGISTER, wanted, caller.headers).status

    codes = nexus.race(register, range(40))
    assert Counter(codes) == {201: 30, 429: 10}
