"""The mail server that takes our mail, and how long it is waited for."""

from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from systems.settings.environment import env
from systems.settings.kinds import mailbox, smtp_url, whole

# without one the API runs, and no worker does: its mail would be lost
EMAIL_URL = env("EMAIL_URL", smtp_url, default="")
# for each step of a conversation; less than DATABASE_IDLE_SECONDS, since a transaction waits meanwhile
EMAIL_TIMEOUT = env("EMAIL_SECONDS", whole(1, 60), default=5)
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", mailbox, default="Book a stay <stay@example.com>")
EMAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].partition("@")[2]

_parts = urlsplit(EMAIL_URL)
EMAIL_HOST, EMAIL_PORT = _parts.hostname or "", _parts.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_parts.username or ""), unquote(_parts.password or "")
EMAIL_USE_SSL = _parts.scheme == "smtps"
EMAIL_USE_TLS = bool(EMAIL_HOST_USER) and not EMAIL_USE_SSL  # a password goes over no open line
