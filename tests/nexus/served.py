"""The systems as their clients see them."""

import socket
import time
from datetime import date, timedelta

import requests


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def book(url: str, guest: requests.Session) -> str:
    """The id of a stay that is asked for."""
    listing = requests.get(f"{url}/api/v1/listings/", timeout=10).json()["results"][0]["id"]
    first = date.today() + timedelta(days=500)
    stay = {"listing": listing, "check_in": str(first), "check_out": str(first + timedelta(days=2)), "guests": 1}
    answer = guest.post(f"{url}/api/v1/bookings/", json=stay, timeout=10)
    answer.raise_for_status()
    return str(answer.json()["id"])


def mails(page: str, count: int) -> list[str]:
    """The subjects, once so many have come."""
    subjects: list[str] = []
    deadline = time.monotonic() + 60
    while len(subjects) < count:
        assert time.monotonic() < deadline
        subjects = [mail["subject"] for mail in requests.get(f"{page}/messages.json", timeout=10).json()]
    return subjects
