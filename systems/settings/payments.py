"""The payment provider, which speaks Chapa's interface, and what is given back of a payment."""

from systems.settings.environment import env
from systems.settings.kinds import currency, http_url, one_of, seconds, whole

# the provider's base address; without one nobody can pay
PAYMENTS_URL = env("PAYMENTS_URL", http_url, default="")
_needed = None if PAYMENTS_URL else ""
# what our requests to the provider bear
PAYMENTS_KEY = env("PAYMENTS_KEY", str, default=_needed)
# what the provider signs its webhooks with; without one none is believed
PAYMENTS_WEBHOOK_SECRET = env("PAYMENTS_WEBHOOK_SECRET", str, default=_needed)
# a payment of the other mode completes nothing: a test payment moves no money
PAYMENTS_MODE = env("PAYMENTS_MODE", one_of("live", "test"), default="live")
# of all payments
PAYMENTS_CURRENCY = env("PAYMENTS_CURRENCY", currency, default="ETB")
# where the provider sends the guest after the payment
PAYMENTS_RETURN_URL = env("PAYMENTS_RETURN_URL", http_url, default="")
# so long one answer of the provider is waited for
PAYMENTS_SECONDS = env("PAYMENTS_SECONDS", seconds(0.1, 30), default=2.0)
# a payment that is pending for so long is asked for, in case its webhook is lost; then ever more rarely
PAYMENTS_CHECK_SECONDS = env("PAYMENTS_CHECK_SECONDS", whole(1, 86_400), default=60)

# --- what a guest gets back who cancels; where the host or an admin does, or the request lapses, it is all

# days before the stay until which it is all of the payment
REFUND_FULL_DAYS = env("REFUND_FULL_DAYS", whole(0, 365), default=7)
# percent of the payment that it is after that
REFUND_LATE_PERCENT = env("REFUND_LATE_PERCENT", whole(0, 100), default=50)
