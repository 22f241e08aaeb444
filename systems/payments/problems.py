"""How HTTP answers the errors of payments."""

from systems.api.problems import SERVICE_UNAVAILABLE, register
from systems.payments.errors import ProviderDown

register(SERVICE_UNAVAILABLE, ProviderDown)
