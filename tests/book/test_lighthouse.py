"""Lighthouse checks every page of the published book; its speed is measured beside the engine's default look."""

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.book.built import Book
from tests.browser import executable, needs_chromium

GATE = ("accessibility", "best-practices", "seo")
KINDS = {"front": "book/welcome", "prose": "book/glossary", "chapter": "notebooks/22b-isolation"}
TIMES = 3

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3_600), needs_chromium]


def audit(
    browser_checks: Path, form: str, categories: tuple[str, ...], times: int, addresses: list[str]
) -> list[dict[str, Any]]:
    """What Lighthouse says of each address, each time. form: desktop or phone."""
    command = ["node", "lighthouse.mjs", form, ",".join(categories), str(times), *addresses]
    environment = {**os.environ, "CHROME_PATH": executable()}
    done = subprocess.run(
        command, cwd=browser_checks, env=environment, capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("form", ["phone", "desktop"])
def test_every_page_has_a_hundred_of_a_hundred(
    published: Book, published_address: str, browser_checks: Path, form: str
) -> None:
    found = audit(browser_checks, form, GATE, 1, [f"{published_address}/{name}.html" for name in published.names()])
    assert len(found) > 20
    assert {one["address"]: one["failed"] for one in found if set(one["scores"].values()) != {100}} == {}
    assert all(set(one["scores"]) == set(GATE) for one in found)


def test_speed_and_bytes_beside_the_engines_default_look(
    published_address: str, plain_address: str, browser_checks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reported. Of the other look's foreign hosts none can be reached here, so its figures leave their bytes out."""
    lines = [f"{'':24}{'bytes':>10}{'speed':>7}{'access.':>9}{'practice':>9}{'seo':>5}  other hosts"]
    for form in ("desktop", "phone"):
        for book, address in (("this book", published_address), ("default", plain_address)):
            found = audit(
                browser_checks,
                form,
                ("performance", *GATE),
                TIMES,
                [f"{address}/{kind}.html" for kind in KINDS.values()],
            )
            for name, kind in KINDS.items():
                runs = [one for one in found if one["address"].endswith(f"/{kind}.html")]
                assert len(runs) == TIMES
                lines.append(f"{form:8}{name:8}{book:9}{row(runs)}")
                if book == "this book":
                    assert [run["hosts"] for run in runs] == [[]] * TIMES
                    assert all(0 < run["bytes"] < 350_000 for run in runs)
    with capsys.disabled():
        print("\n" + "\n".join(lines))


def row(runs: list[dict[str, Any]]) -> str:
    """The median of the runs: bytes, the four scores, and the hosts that any run asked."""
    scores = [round(median(run["scores"][name] for run in runs)) for name in ("performance", *GATE)]
    hosts = sorted({host for run in runs for host in run["hosts"]})
    widths = (7, 9, 9, 5)
    columns = "".join(f"{score:>{width}}" for score, width in zip(scores, widths, strict=True))
    return f"{round(median(run['bytes'] for run in runs)):>9,}{columns}  {' '.join(hosts) or 'none'}"
