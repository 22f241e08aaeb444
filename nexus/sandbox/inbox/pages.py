"""The inbox over HTTP: pages for people, `/messages.json` for programs."""

import json
from datetime import UTC, datetime
from typing import Any

from tornado.web import Application

from nexus.sandbox import web
from nexus.sandbox.faults import FaultsHandler, Switch
from nexus.sandbox.inbox.mailbox import Kept, Mailbox

PAGE = 50  # mails in a list
# A mail's HTML is another's: no script, nothing from elsewhere, no form. A click on a link opens a page of its own.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'"
)


class InboxHandler(web.Handler):
    def initialize(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def number(self, name: str) -> int | None:
        """A whole number of the query. Raises RefusedError (400)."""
        value = self.get_query_argument(name, "")
        if value and not (value.isascii() and value.isdigit() and len(value) < 16):
            raise web.RefusedError(400, f"{name} must be the id of a message, got {value[:40]!r}")
        return int(value) if value else None

    def find(self, number: str) -> Kept:
        kept = self.mailbox.get(int(number))
        if kept is None:
            raise web.RefusedError(404, f"there is no message {number}: it was deleted, or never came")
        return kept


class List(InboxHandler):
    def get(self) -> None:
        before = self.number("before")
        found = self.mailbox.before(before, PAGE + 1)
        older = found[PAGE - 1].id if len(found) > PAGE else None
        repeated = self.mailbox.repeated()
        about = {"kept": found[:PAGE], "count": len(self.mailbox), "older": older, "newest": before is None}
        self.render("list.html", **about, repeated=repeated, at=at)


class One(InboxHandler):
    def get(self, number: str) -> None:
        kept = self.find(number)
        same = [other.id for other in self.mailbox.after(0) if other.mail.message_id == kept.mail.message_id]
        repeats = [each for each in same if each != kept.id] if kept.mail.message_id else []
        self.render("mail.html", kept=kept, mail=kept.mail, repeats=repeats, at=at, sandbox=SANDBOX)


class Html(InboxHandler):
    """A mail's HTML alone, for the frame on its page. Its policy holds too where it is opened by itself."""

    def get(self, number: str) -> None:
        self.set_header("Content-Security-Policy", MAIL_POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write('<base target="_blank">' + self.find(number).mail.html)


class Messages(InboxHandler):
    def get(self) -> None:
        found = [kept.as_json() for kept in self.mailbox.after(self.number("after") or 0)]
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(found))  # Tornado writes no list itself, for old browsers' sake

    def delete(self) -> None:
        self.mailbox.clear()
        self.set_status(204)


class Empty(InboxHandler):
    """DELETE /messages.json for a form."""

    def post(self) -> None:
        self.mailbox.clear()
        self.redirect("/", status=303)


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def application(mailbox: Mailbox, switch: Switch, hosts: frozenset[str]) -> Application:
    mine: dict[str, Any] = {"mailbox": mailbox}
    handlers = [
        ("/", List, mine),
        (r"/messages/([0-9]{1,15})", One, mine),
        (r"/messages/([0-9]{1,15})/html", Html, mine),
        (r"/messages\.json", Messages, mine),
        ("/empty", Empty, mine),
        ("/faults", FaultsHandler, {"switch": switch}),
    ]
    return web.application(handlers, hosts)
