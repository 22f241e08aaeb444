"""Who sends a webhook: the one who knows the secret, and only by the signature of this very body.

Chapa also sends `chapa-signature`, the HMAC of the secret by itself. It is the same for every body, so anyone who has
seen one could sign all others: it counts for nothing here.
"""

import hashlib
import hmac

HEADER = "x-chapa-signature"


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether this is the HMAC-SHA256 of these bytes, in hexadecimal digits. Without a secret nothing is signed."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest raises for a text that is not ASCII.
    return bool(secret) and hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
