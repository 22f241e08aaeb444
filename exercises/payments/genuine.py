"""genuine: whether a webhook is the provider's."""

import hmac
from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

SECRET = b"webhook-7f3a"
BODY = b'{"tx_ref": "a-1",  "status": "success", "amount": "400.00"}'


def sign(message: bytes) -> str:
    return hmac.new(SECRET, message, "sha256").hexdigest()


CONSTANT = sign(SECRET)
MISSING = "a header may not be there: headers.get(name, '') gives an empty text then"
ANY_TEXT = "compare_digest takes text of ASCII alone: compare bytes, which `.encode()` makes of any text"
# what comes, its headers, its body, whether it is genuine, the hint
CASES: list[tuple[str, dict[str, str], bytes, bool, str]] = [
    ("signed by the provider", {"x-chapa-signature": sign(BODY), "chapa-signature": CONSTANT}, BODY, True,
     "the signature is the HMAC of the body as it came: loading and dumping the JSON changes it"),
    ("signed, with a body that is no text", {"x-chapa-signature": sign(b"\xff\x00")}, b"\xff\x00", True,
     "the body is bytes, and stays so: nothing has to be decoded"),
    ("no signature", {}, BODY, False, MISSING),
    ("another body under the constant signature", {"chapa-signature": CONSTANT}, BODY, False,
     "chapa-signature is the same for every body, so it proves none"),
    ("the constant under the right name", {"x-chapa-signature": CONSTANT}, BODY, False,
     "chapa-signature is the same for every body, so it proves none"),
    ("the signature of another body", {"x-chapa-signature": sign(b"{}")}, BODY, False,
     "compute the HMAC of this body, and compare with that"),
    ("an empty signature", {"x-chapa-signature": ""}, BODY, False, "the whole signature must be equal"),
    ("the first half of the signature", {"x-chapa-signature": sign(BODY)[:32]}, BODY, False,
     "the whole signature must be equal"),
    ("a signature with an é", {"x-chapa-signature": "é" * 64}, BODY, False, ANY_TEXT),
    ("the signature, and a € after it", {"x-chapa-signature": sign(BODY) + "€"}, BODY, False,
     "the whole signature must be equal, and `.encode()` makes bytes of any text"),
]  # fmt: skip


@exercise("genuine")
def genuine(lab: Lab, answer: Any) -> Iterator[Finding]:
    for what, headers, body, expected, hint in CASES:
        happened = attempt(answer, dict(headers), body, SECRET)
        yield Finding(what, expected=expected, happened=happened, hint=hint)
