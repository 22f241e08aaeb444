"""How HTTP answers the errors of accounts."""

from systems.accounts.errors import InvalidCredentials
from systems.api import problems

problems.register(problems.NOT_AUTHENTICATED, InvalidCredentials)
