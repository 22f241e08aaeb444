"""The rules of the house, each of which may be set otherwise."""

from datetime import timedelta

from systems.settings.environment import env
from systems.settings.kinds import boolean, rate, whole

SAMPLE_PASSWORD = env("SAMPLE_PASSWORD", str, default="")  # of the sample accounts; without it one is made

# a stay that no host has confirmed by then lapses
BOOKING_PENDING_HOURS = env("BOOKING_PENDING_HOURS", whole(1, 8_760), default=24)
# unpaid nights that one guest may hold at most while no host has confirmed them
BOOKING_PENDING_NIGHTS = env("BOOKING_PENDING_NIGHTS", whole(1, 100_000), default=90)
# for so long the first answer to an Idempotency-Key is kept
IDEMPOTENCY_HOURS = env("IDEMPOTENCY_HOURS", whole(1, 8_760), default=24)
# for so long it is known which events were handled: a dead letter that is sent again later is handled twice
INBOX_DAYS = env("INBOX_DAYS", whole(8, 3_650), default=30)
# for so long it is known who changed what on the admin pages
ADMIN_LOG_DAYS = env("ADMIN_LOG_DAYS", whole(1, 3_650), default=365)
# a customer of the CRM who has ordered nothing for so long is deleted
CUSTOMER_IDLE_DAYS = env("CUSTOMER_IDLE_DAYS", whole(30, 3_650), default=365)

# --- signing in

# for each address, and for each account
FAILED_LOGINS = env("FAILED_LOGINS", rate, default="5/minute")
# accounts that one address may make: a class may sit behind it
REGISTRATIONS = env("REGISTRATIONS", rate, default="30/minute")
# a stolen access token is good for as long
ACCESS_MINUTES = env("ACCESS_MINUTES", whole(1, 1_440), default=5)
# a second use that soon is a race, not a theft
REFRESH_GRACE_SECONDS = env("REFRESH_GRACE_SECONDS", whole(0, 3_600), default=10)
# after so many days one has to sign in again
REFRESH_DAYS = env("REFRESH_DAYS", whole(1, 3_650), default=30)
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_MINUTES), "UPDATE_LAST_LOGIN": False}

# --- what one GraphQL request may ask for; where it is more, nothing is executed

# fields inside each other
GRAPHQL_DEPTH = env("GRAPHQL_DEPTH", whole(1, 100), default=12)
# fields in the longest answer that there can be
GRAPHQL_COST = env("GRAPHQL_COST", whole(1, 1_000_000_000), default=50_000)
# fields that are asked for under another name
GRAPHQL_ALIASES = env("GRAPHQL_ALIASES", whole(0, 10_000), default=20)
# rows of one list
GRAPHQL_PAGE_SIZE = env("GRAPHQL_PAGE_SIZE", whole(1, 10_000), default=100)
# words and signs of the query; its variables are not counted
GRAPHQL_TOKENS = env("GRAPHQL_TOKENS", whole(1, 1_000_000), default=1_000)
# whether the schema may be asked for
GRAPHQL_INTROSPECTION = env("GRAPHQL_INTROSPECTION", boolean, default=True)
