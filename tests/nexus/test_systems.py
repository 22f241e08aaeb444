"""The systems as a chapter serves them: a role on its room, with settings of its own."""

import base64
import json

import pytest
import requests

import nexus
from nexus.systems import role_on


def test_a_role_is_served_with_the_settings_asked_for_and_found_again_by_its_lab() -> None:
    lab = nexus.open("test-systems-served", needs=["postgres", "redis"])
    served = nexus.serve("api", workers=1, access_minutes=90)
    try:
        assert role_on(lab) is served
        ada = served.sign_in("guest@example.com")
        assert ada.get(f"{served.url}/api/v1/auth/me/", timeout=30).json()["name"] == "Ada"
        with pytest.raises(requests.HTTPError):
            served.sign_in("nobody@example.com")
        claims = json.loads(base64.urlsafe_b64decode(str(ada.headers["Authorization"]).split(".")[1] + "=="))
        assert claims["exp"] - claims["iat"] == 90 * 60
    finally:
        served.stop()
    again = role_on(lab)
    assert again is not served
    again.stop()
    lab.close()
