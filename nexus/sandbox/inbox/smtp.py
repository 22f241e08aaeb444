"""The SMTP side: takes every mail for anybody, and refuses or delays where it is asked to."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from nexus.sandbox.faults import Switch, count_to, fault, from_to
from nexus.sandbox.inbox.mail import read
from nexus.sandbox.inbox.mailbox import Mailbox

MOST_RECIPIENTS = 100  # what RFC 5321 says a server must take
IDLE_SECONDS = 300  # RFC 5321's, and longer than any delay on request


@dataclass
class Faults:
    """refuse: so many mails are answered with 451, and not kept. delay_seconds: each mail is kept, and then answered
    so much later: a client that gives up meanwhile sends it again, though it is here."""

    refuse: int = fault(0, "a whole number from 0 to 100000", count_to(100_000))
    delay_seconds: float = fault(0, "a number from 0 to 60", from_to(0, 60))


class Receiver:
    """What aiosmtpd asks. Mails are decoded one after the other, beside the event loop, so a hard one holds up none."""

    def __init__(self, mailbox: Mailbox, switch: Switch) -> None:
        self.mailbox = mailbox
        self.switch = switch
        self._decoder = ThreadPoolExecutor(1, "decoder")

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        faults = self.switch.faults
        if faults.refuse:
            faults.refuse -= 1
            return "451 4.3.0 Refused, as POST /faults asked for: try again later"
        content = cast(bytes, envelope.content)  # for we do not ask aiosmtpd to decode
        loop, sender = asyncio.get_running_loop(), envelope.mail_from or ""
        mail = await loop.run_in_executor(self._decoder, read, content, sender, list(envelope.rcpt_tos))
        kept = self.mailbox.add(mail)
        await asyncio.sleep(faults.delay_seconds)
        return f"250 2.0.0 OK, kept as {kept.id}"


class BoundedSMTP(SMTP):
    """aiosmtpd's, which cuts a client off that sends twice the SIZE without an end: it keeps a line until it ends."""

    unanswered = 0

    def data_received(self, data: bytes) -> None:
        self.unanswered += len(data)
        if self.unanswered > 2 * (self.data_size_limit or 0):
            cast(asyncio.Transport, self.transport).abort()
            return
        super().data_received(data)

    async def push(self, status: Any) -> None:
        self.unanswered = 0
        await super().push(status)


async def listen(receiver: Receiver, host: str, port: int, most_bytes: int) -> asyncio.Server:
    """Take mail. most_bytes: of one mail, announced as SIZE. Raises OSError where the port is taken."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return BoundedSMTP(
            receiver,
            data_size_limit=most_bytes,
            enable_SMTPUTF8=True,
            hostname="localhost",  # else it would ask the network for its name
            ident="Project Nexus inbox",
            timeout=IDLE_SECONDS,
            loop=loop,
        )

    return await loop.create_server(session, host, port, backlog=1024)
