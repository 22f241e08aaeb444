"""What a scrape of the metrics says."""

import re
import time

import requests

from tests.systems.broker import until

AT_MOST_SECONDS = 2  # for a scrape, whatever is down


class Scraped:
    """What a scrape says, by name and labels."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/metrics"

    def __call__(self) -> dict[str, float]:
        answer = requests.get(self._url, timeout=30)
        assert answer.status_code == 200
        found = re.findall(r"^(\w+(?:{.*?})?) ([-+.\deE]+)$", answer.text, re.MULTILINE)
        return {name: float(value) for name, value in found}

    def well(self, *servers: str) -> dict[str, float]:
        """What one says for which these servers have answered in time: on a busy machine it may not be the first."""

        def said() -> dict[str, float]:
            found = self()
            return found if all(found[up(server)] for server in servers) else {}

        return until(said)


def up(server: str) -> str:
    return f'systems_up{{server="{server}"}}'


def count_of(task: str, outcome: str) -> str:
    return f'systems_task_seconds_count{{outcome="{outcome}",task="{task}"}}'


def bounded(seen: Scraped) -> dict[str, float]:
    """The last of three scrapes, of which one took no longer than it may: the others a busy machine may hold up."""
    times = []
    for _ in range(3):
        began = time.monotonic()
        said = seen()
        times.append(time.monotonic() - began)
    assert min(times) < AT_MOST_SECONDS
    return said
