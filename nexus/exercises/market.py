"""The API that a chapter serves and the people of its sample data, for the exercises of more than one chapter."""

from functools import cache
from typing import Any

import requests

from nexus.lab import Lab
from nexus.services.systems import accounts, declared
from nexus.systems import Role, role_on

FLAT = {"title": "Flat", "location": "Pula", "price_per_night": 90, "max_guests": 2}


class Market:
    """The API that the chapter serves, and the people of its sample data."""

    def __init__(self, role: Role) -> None:
        self.api, self.anybody = role.url + declared()["api"]["root"], requests.Session()
        self.ada, self.bo, self.mira = map(role.sign_in, [*accounts("guest"), *accounts("host")])

    def send(self, session: requests.Session, method: str, path: str, **options: Any) -> requests.Response:
        return session.request(method, self.api + path, timeout=30, **options)


@cache
def _market(role: Role) -> Market:
    return Market(role)


def market_of(lab: Lab) -> Market:
    """The market at the API that the chapter serves. Its people sign in once: a password takes a while to check."""
    return _market(role_on(lab))
