"""Who sends a request, by its token."""

from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication


class BearerAuthentication(JWTAuthentication):
    """Simple JWT's, with a scheme in any case: RFC 9110, section 11.1, compares it so."""

    def get_header(self, request: Request) -> bytes:
        header = super().get_header(request)
        scheme, _, rest = (header or b"").partition(b" ")
        return b"Bearer " + rest if scheme.lower() == b"bearer" else header
