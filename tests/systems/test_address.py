"""Who is counted: the right-most hop that is no proxy of ours."""

import pytest
from django.test import RequestFactory

from systems.api.address import client_address

GUEST, LIE, PROXY, OUTER = "203.0.113.9", "198.51.100.1", "10.0.0.7", "10.0.0.8"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (GUEST, None, GUEST),
        (GUEST, LIE, GUEST),
        (PROXY, GUEST, GUEST),
        (PROXY, f"{LIE}, {GUEST}", GUEST),
        (PROXY, f"{LIE}, {GUEST}, {OUTER}", GUEST),
        (PROXY, f"{PROXY}, {GUEST}, {OUTER}", GUEST),
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, f"{GUEST}, rubbish", PROXY),
        (PROXY, OUTER, OUTER),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", None, "2001:db8:1:2::"),
        ("2001:db8:1:3::1", None, "2001:db8:1:3::"),
        (f"::ffff:{GUEST}", None, GUEST),
        ("", None, "unknown"),
    ],
)
def test_the_address_that_counts(
    monkeypatch: pytest.MonkeyPatch, peer: str, forwarded: str | None, client: str
) -> None:
    monkeypatch.setattr("django.conf.settings.TRUSTED_PROXIES", ["10.0.0.0/8"])
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)) == client


def test_without_proxies_of_ours_nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.TRUSTED_PROXIES", [])
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=GUEST)
    assert client_address(request) == PROXY
