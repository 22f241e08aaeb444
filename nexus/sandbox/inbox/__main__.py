"""`python -m nexus.sandbox.inbox`, with these settings in the environment:

INBOX_PORT, INBOX_SMTP_PORT: where it listens. INBOX_HOST: the address, 127.0.0.1 unless it is a container's.
INBOX_HOSTS: more names that its pages are asked for by, with commas. INBOX_MESSAGES, INBOX_BYTES: how many mails are
kept, and in how much memory. INBOX_SIZE: the most bytes of one mail.
"""

import asyncio

from nexus.sandbox import settings, web
from nexus.sandbox.faults import Switch
from nexus.sandbox.inbox import pages, smtp
from nexus.sandbox.inbox.mailbox import Mailbox


async def main() -> None:
    host = settings.text("INBOX_HOST", "127.0.0.1")
    most_bytes = settings.whole("INBOX_BYTES", 64_000_000, least=10_000, most=1_000_000_000)
    mailbox = Mailbox(settings.whole("INBOX_MESSAGES", 10_000, least=1, most=1_000_000), most_bytes)
    switch = Switch(smtp.Faults())
    size = settings.whole("INBOX_SIZE", 1_000_000, least=1_000, most=50_000_000)
    mails = await smtp.listen(smtp.Receiver(mailbox, switch), host, settings.port("INBOX_SMTP_PORT"), size)
    try:
        app = pages.application(mailbox, switch, settings.names("INBOX_HOSTS"))
        await web.serve(app, host, settings.port("INBOX_PORT"))
    finally:
        mails.close()


if __name__ == "__main__":
    asyncio.run(main())
