"""The systems for a chapter: `nexus.serve("api")`."""

import shutil
import uuid
from typing import Any

import requests

from nexus import services
from nexus.errors import NexusError
from nexus.lab import Lab
from nexus.services import Home, Service, sample
from nexus.services.provider import Provider
from nexus.services.systems import declared, payments, roles

PATIENT: dict[str, Any] = declared()["settings"]["chapter"]
_answering: dict[tuple[str, str], "Role"] = {}  # by role and room: the one that was started last


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
        self._server = sample.server(self._home, urls, {**wanted, "ROLE": role}, postgres)
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
        how, account = declared()["api"]["sign_in"], {"email": email, "password": self.password}
        answer = requests.post(self.url + how["path"], json=account, timeout=30)
        answer.raise_for_status()
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {answer.json()[how['token']]}"
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


def serve_role(lab: Lab, name: str, settings: dict[str, Any]) -> Role:
    """The role on the lab's room, with the payment provider that the lab opened last, where it uses one.

    The provider sends its webhooks to the API that was served last.
    """
    provider = provider_for(lab, name)
    account = payments(provider) if provider else {}
    role = Role(name, urls_for(lab, name), {**PATIENT, **account, **settings}, lab.services.get("postgres"))
    if provider and role.url:  # which is known only now
        try:
            provider.send_webhooks_to(role.url + declared()["api"]["payments_webhook"])
        except BaseException:
            role.stop()
            raise
    return role


def provider_for(lab: Lab, role: str) -> Provider | None:
    """The payment provider that the lab opened last and has not removed, for a role that uses one."""
    if role not in roles() or "provider" not in roles()[role].uses:
        return None
    servers = [own.server for own in lab.owned if own.server.folder.exists()]
    return next((server for server in reversed(servers) if isinstance(server, Provider)), None)


def urls_for(lab: Lab, role: str) -> dict[str, str]:
    """Where the lab's services answer, with an inbox where the role sends mail."""
    sends = role in roles() and "inbox" in roles()[role].needs
    return {**lab.urls, "inbox": lab.inbox.url} if sends else lab.urls


def role_on(lab: Lab, role: str = "api") -> Role:
    """The role that the chapter serves on this lab's room or, where it serves none yet, a new one, with long tokens."""
    if answering := _answering.get((role, lab.url("postgres"))):
        return answering
    return Role(role, lab.urls, {**PATIENT, **declared()["settings"]["exercises"]}, lab.services["postgres"])
