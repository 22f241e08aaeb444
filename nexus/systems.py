"""`make systems`, and the systems for a chapter: `nexus.serve("api")`."""

import shutil
import uuid
from typing import TYPE_CHECKING, Any

import requests

from nexus import services
from nexus.command.display import Steps, console
from nexus.command.labserver import on_ending, stop_with_services, wait_for
from nexus.errors import NexusError
from nexus.services import Home, Service, sample
from nexus.services.rooms import keep_database, open_key_space, open_vhost, room_name
from nexus.services.systems import Systems, declared, roles

if TYPE_CHECKING:
    from nexus.lab import Lab  # with SQLAlchemy, which `make systems` has no use for

KEEP = {"postgres": keep_database, "redis": open_key_space, "rabbitmq": open_vhost}
# Which setting says where a service answers.
ADDRESSES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "rabbitmq": "BROKER_URL"}
# For a chapter: its many clients may queue for a row of a busy laptop, and book with one account again and again, for
# longer than an API in production lets them.
PATIENT = {"database_lock_seconds": 60, "database_statement_seconds": 60, "booking_pending_nights": 100_000}
_answering: dict[tuple[str, str], "Role"] = {}  # by role and room: the one that was started last


def serve_systems(port: int) -> None:
    """Start the systems with sample data, say where they answer, and stop all of it on Ctrl-C or SIGTERM."""
    ended, home = on_ending(), services.systems_home()
    if home.server("systems").answers():
        console.print(f"the systems of this clone run already: {home.server('systems').service().url}")
        return
    try:
        home.hold()
        with Steps() as steps:
            found, room = services.use(roles()["api"].needs, steps), room_name("systems")
            urls = {name: KEEP[name](service, room) for name, service in found.items()}
            server = _server(home, urls, {"PORT": str(port)}, found["postgres"])
            url = home.start([server], steps)["systems"].url
        pages = "".join(f"\n{title:<11} {url}{path}" for title, path in declared()["pages"].items())
        console.print(
            f"{pages}\n"
            f"\nAccounts    {', '.join(declared()['sample']['accounts'])}\nPassword    {server.sample_password()}\n"
            "\nCtrl-C here stops the systems."
        )
        wait_for(ended, server.processes()[0])
    finally:
        stop_with_services(home)


class Role:
    """A role of the systems that answers at `url`, on a chapter's room, until `stop` or until the kernel ends.

    password: of the sample accounts, such as guest@example.com. postgres: the server on which urls["postgres"] is a
    room that an empty database may be replaced in; without it, the sample data are filled in where it is.
    """

    def __init__(
        self, role: str, urls: dict[str, str], settings: dict[str, Any], postgres: Service | None = None
    ) -> None:
        if role not in roles():
            raise NexusError(f"the systems have the roles {', '.join(roles())}, not {role!r}")
        if missing := [name for name in roles()[role].needs if name not in urls]:
            raise NexusError(f"nexus.serve({role!r}) needs {' and '.join(missing)}: name them in nexus.open")
        self._home = Home(services.own_folder() / f"systems-{uuid.uuid4().hex[:8]}", throw_away=True)
        self._home.hold()
        wanted = {name.upper(): str(value) for name, value in settings.items()}
        self._server = _server(self._home, urls, {**wanted, "ROLE": role}, postgres)
        self._place = (role, urls["postgres"])
        try:
            self.url = self._home.start([self._server])["systems"].url
        except BaseException:  # an interrupted cell, too, leaves nothing behind
            self.stop()
            raise
        self.password = self._server.sample_password()
        _answering[self._place] = self

    def __repr__(self) -> str:
        return "the systems, which answer at .url"  # not the url itself: the port differs with each run

    def sign_in(self, email: str) -> requests.Session:
        """A session that sends the token of this sample account. Raises requests' HTTPError for no such account."""
        account = {"email": email, "password": self.password}
        answer = requests.post(f"{self.url}/api/v1/auth/token/", json=account, timeout=30)
        answer.raise_for_status()
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {answer.json()['access']}"
        return session

    def manage(self, *command: str) -> str:
        """Run one of Django's commands on the same database, such as `manage("seed")`; return what it said."""
        return self._server.manage(*command)

    def stop(self) -> None:
        if _answering.get(self._place) is self:
            del _answering[self._place]
        self._server.stop()
        self._home.release()
        shutil.rmtree(self._home.folder, ignore_errors=True)


def role_on(lab: "Lab", role: str = "api") -> Role:
    """The role that the chapter serves on this lab's room or, where it serves none yet, a new one, with long tokens."""
    answering = _answering.get((role, lab.url("postgres")))
    return answering or Role(role, lab.urls, {**PATIENT, "access_minutes": 600}, lab.services["postgres"])


def _server(home: Home, urls: dict[str, str], settings: dict[str, str], postgres: Service | None) -> Systems:
    """The role's server, whose database is filled while it starts: either takes a core for two seconds."""
    folder = home.folder / "systems"
    server = Systems(folder, {**_addresses(urls), **settings})

    def fill(url: str) -> None:
        Systems(folder, _addresses({**urls, "postgres": url})).make_sample()

    server.meanwhile = lambda: sample.provide(urls["postgres"], fill, server.sample_password(), postgres)
    return server


def _addresses(urls: dict[str, str]) -> dict[str, str]:
    return {ADDRESSES[name]: url for name, url in urls.items() if name in ADDRESSES}
