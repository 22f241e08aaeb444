"""Who is signed in, for views that only a signed-in account can reach."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from systems.accounts.models import User


def account_of(request: Request) -> User:
    """The account whose token or session came with the request. Raises NotAuthenticated for nobody's."""
    if not isinstance(request.user, User):
        raise NotAuthenticated()
    return request.user
