"""The API tried by its own OpenAPI document, from outside: what it promises it keeps, and nothing makes it break."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nexus
from tests.systems.dates import day
from tests.systems.paying import Sandbox

SETTINGS = Path(__file__).with_name("schemathesis.toml")
THERE = """
import json
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken
from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.listings.models import Listing
from systems.payments.models import Payment
from systems.reviews.models import Review
token = lambda email: str(AccessToken.for_user(User.objects.get(email=email)))
some = lambda model: [str(key) for key in model.objects.order_by("id").values_list("id", flat=True)[:20]]
now = timezone.now()
Payment.objects.bulk_create(Payment(booking=one, amount=80, currency="ETB", check_at=now, checkout_url="https://h/1")
                            for one in Booking.objects.filter(guest__email="guest@example.com")[:9])
print(json.dumps({"guest": token("guest@example.com"), "host": token("host@example.com"),
                  "listing_id": some(Listing), "booking_id": some(Booking), "review_id": some(Review),
                  "tx_ref": [str(one.tx_ref) for one in Payment.objects.all()]}))
"""


@pytest.fixture(scope="module")
def served(worker_id: str, sandbox: Sandbox) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address of the API, and what is there: tokens and ids. Its limits by address would answer for the rest."""
    lab = nexus.open(f"test-schemathesis-{worker_id}", needs=("postgres", "redis"))
    limits = {"failed_logins": "100000/minute", "registrations": "100000/minute"}
    api = nexus.serve("api", workers=2, access_minutes=600, **limits, **sandbox.settings())
    yield api.url, json.loads(api.manage("shell", "-v", "0", "-c", THERE).splitlines()[-1])
    api.stop()
    lab.close()


def known(there: dict[str, Any]) -> str:
    """Half of the cases are about what is there, and about days that can be booked: else most would end in a 404."""
    days = {"check_in": [str(day(n)) for n in range(60, 90)], "check_out": [str(day(n)) for n in range(75, 105)]}
    values = {name: there[name] for name in ("listing_id", "booking_id", "review_id", "tx_ref")} | days
    where = {f"path.{name}": name for name in there if name.endswith(("_id", "_ref"))} | {"body.listing": "listing_id"}
    where |= {f"{place}.{name}": name for place in ("body", "query") for name in days}
    lines = ["", "[dictionaries]", *(f"{name} = {{ values = {json.dumps(found)} }}" for name, found in values.items())]
    lines += ["[parameters]"]
    lines += [f'"{place}" = {{ dictionary = "{name}", probability = 0.5 }}' for place, name in where.items()]
    return "\n".join(lines)


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize("caller", ["nobody", "guest", "host"])
def test_the_api_keeps_what_its_document_promises(
    served: tuple[str, dict[str, Any]], tmp_path: Path, caller: str
) -> None:
    url, there = served
    config, report = tmp_path / "schemathesis.toml", tmp_path / "report.json"
    config.write_text(SETTINGS.read_text(encoding="utf-8") + known(there), encoding="utf-8")
    token = ["--header", f"Authorization: Bearer {there[caller]}"] if caller in there else []
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{url}/api/v1/schema/"]
    done = subprocess.run(
        [*command, *token, "--report", "json", "--report-json-path", str(report)],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    seen = json.loads(report.read_text(encoding="utf-8"))
    assert seen["operations"]["tested"] == seen["operations"]["total"] >= 20
    assert seen["test_cases"]["generated"] >= 700  # 2,000 and more of all three
