"""`make systems`: the systems with sample data, until Ctrl-C. First the API, then what works in the background."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from nexus import paths, services
from nexus.command import rabbitmq
from nexus.command.display import Steps, console
from nexus.command.labserver import on_ending, stop_with_services, wait_for
from nexus.errors import NexusError, ServiceError
from nexus.services import Home, apt, sample
from nexus.services.provider import Provider
from nexus.services.rabbitmq import how_to_install
from nexus.services.rooms import keep_database, keep_vhost, open_key_space, room_name
from nexus.services.systems import Systems, declared, must_be_free, payments, roles

BACKGROUND = ("worker", "beat", "relay", "metrics")
WAITS = "! mail and what is due later wait in the outbox for RabbitMQ"


def serve_systems(port: int) -> None:
    """Start the systems with sample data, say where they answer, and stop all of it on Ctrl-C or SIGTERM."""
    home = services.systems_home()
    if home.server("systems").answers():
        console.print(f"the systems of this clone run already: {home.server('systems').service().url}")
        return
    must_be_free(port)
    download = rabbitmq.is_wanted()  # asked now, and done once the API is there
    ended = on_ending()
    try:
        home.hold()
        platform = Platform(home, port)
        api = platform.start_api()
        if ended.is_set():
            return
        process = api.processes()[0]
        console.print(platform.entrance(api))
        if download:
            rabbitmq.download_if_possible()
        platform.start_background(ended)
        wait_for(ended, process)
    finally:
        stop_with_services(home)


def manage(arguments: Sequence[str]) -> int:
    """Run one of Django's commands with the settings of what `make systems` runs; returns its exit code.

    Raises NexusError where nothing of it runs.
    """
    home = services.systems_home()
    running = [*home.server("worker").processes(), *home.server("systems").processes()]  # a worker knows more addresses
    if not running:
        raise NexusError("the systems of this clone do not run: type `make systems` in another terminal")
    command = [sys.executable, "-m", *declared()["manage"]["command"], *arguments]
    return subprocess.run(command, cwd=paths.ROOT, env=running[0].environ()).returncode


class Platform:
    """What `make systems` runs, in the order in which it is of use."""

    def __init__(self, home: Home, port: int) -> None:
        self._home, self._port, self._room = home, port, room_name("systems")
        self._urls: dict[str, str] = {}
        self._provider = self._make_provider()

    def _make_provider(self) -> Provider:
        webhooks = f"http://127.0.0.1:{self._port}{declared()['api']['payments_webhook']}"
        made = self._home.server("provider", {"WEBHOOK_URL": webhooks})
        assert isinstance(made, Provider)  # noqa: S101 - for the types: kinds() says so
        return made

    def start_api(self) -> Systems:
        """With what it needs, and the payment provider, whose address it must know."""
        with Steps() as steps, ThreadPoolExecutor(1) as beside:
            provider = beside.submit(self._home.start, [self._provider], steps)
            found = services.use(roles()["api"].needs, steps)
            self._urls["postgres"] = keep_database(found["postgres"], self._room)
            self._urls["redis"] = open_key_space(found["redis"], self._room)
            provider.result()
            settings = {"PORT": str(self._port), **payments(self._provider)}
            api = sample.server(self._home, self._urls, settings, found["postgres"])
            self._home.start([api], steps)
        return api

    def entrance(self, api: Systems) -> str:
        """Where the API and its pages answer, and who can sign in."""
        pages = {title: f"{api.service().url}{path}" for title, path in declared()["pages"].items()}
        accounts = {"Accounts": ", ".join(declared()["sample"]["accounts"]), "Password": api.sample_password()}
        pages["Payments"] = str(self._provider.service().api_url)
        return f"\n{_lines(pages)}\n{_lines(accounts)}\nCtrl-C here stops the systems.\n"

    def start_background(self, ended: threading.Event) -> None:
        """Without RabbitMQ the API runs as well, and what waits is said. What is not begun at Ctrl-C is left out."""
        if not apt.rabbitmq_can_be_had():
            console.print(f"{WAITS}: {how_to_install()}\n")
            return
        try:
            with Steps() as steps:
                pages = self._start_background(ended, steps)
        except ServiceError as error:
            console.print(f"! {error}\n{WAITS}\n")
            return
        console.print(f"\n{_lines(pages)}" if pages else "")

    def _start_background(self, ended: threading.Event, steps: Steps) -> dict[str, str]:
        """The pages of it, or none where it ended in between."""
        if ended.is_set():
            return {}
        inbox = self._home.start([self._home.server("inbox")], steps)["inbox"]
        found = services.use(("rabbitmq",), steps)
        if ended.is_set():
            return {}
        self._urls |= {"inbox": inbox.url, "rabbitmq": keep_vhost(found["rabbitmq"], self._room)}
        started = self._home.start([self._role(name) for name in BACKGROUND], steps)
        metrics = f"{started['metrics'].url}{declared()['roles']['metrics']['page']}"
        return {"Inbox": str(inbox.api_url), "Metrics": metrics}

    def _role(self, name: str) -> Systems:
        counts = {declared()["settings"]["metrics_folder"]: str(self._home.folder / "counts")}
        account = payments(self._provider) if "provider" in roles()[name].uses else {}
        return sample.role(self._home, self._urls, name, counts | account)


def _lines(named: dict[str, str]) -> str:
    return "".join(f"{name:<11} {what}\n" for name, what in named.items())
