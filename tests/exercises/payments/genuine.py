"""Right and wrong answers to genuine of 42c-payments."""

import hashlib
import hmac
import json

from exercises.payments.genuine import genuine
from tests.exercises.answers import Answers

answers = Answers(genuine)
Headers = dict[str, str]


@answers.right
def with_a_hash_object(headers: Headers, body: bytes, secret: bytes) -> bool:
    proof = hmac.new(secret, digestmod=hashlib.sha256)
    proof.update(body)
    return hmac.compare_digest(proof.hexdigest().encode(), headers.get("x-chapa-signature", "").encode("utf-8"))


@answers.right
def by_its_bytes(headers: Headers, body: bytes, secret: bytes) -> bool:
    try:
        given = bytes.fromhex(headers["x-chapa-signature"])
    except (KeyError, ValueError):
        return False
    return hmac.compare_digest(given, hmac.digest(secret, body, "sha256"))


@answers.wrong("proves none")
def either_header(headers: Headers, body: bytes, secret: bytes) -> bool:
    right = {hmac.new(secret, message, "sha256").hexdigest() for message in (body, secret)}
    return bool(right & {headers.get("x-chapa-signature"), headers.get("chapa-signature")})


@answers.wrong("may not be there")
def expects_the_header(headers: Headers, body: bytes, secret: bytes) -> bool:
    return hmac.new(secret, body, "sha256").hexdigest() == headers["x-chapa-signature"]


@answers.wrong("changes it")
def dumps_again(headers: Headers, body: bytes, secret: bytes) -> bool:
    again = json.dumps(json.loads(body)).encode()
    given = headers.get("x-chapa-signature", "").encode()
    return hmac.compare_digest(given, hmac.new(secret, again, "sha256").hexdigest().encode())


@answers.wrong("takes text of ASCII alone")
def compares_text(headers: Headers, body: bytes, secret: bytes) -> bool:
    given = headers.get("x-chapa-signature", "")
    return hmac.compare_digest(given, hmac.new(secret, body, "sha256").hexdigest())


@answers.wrong("whole signature")
def compares_the_beginning(headers: Headers, body: bytes, secret: bytes) -> bool:
    expected = hmac.new(secret, body, "sha256").hexdigest()
    return expected.startswith(headers.get("x-chapa-signature", "none"))


@answers.wrong("whole signature")
def leaves_out_what_is_not_ascii(headers: Headers, body: bytes, secret: bytes) -> bool:
    given = headers.get("x-chapa-signature", "").encode("ascii", "ignore")
    return hmac.compare_digest(given, hmac.new(secret, body, "sha256").hexdigest().encode())


@answers.wrong("whole signature")
def compares_64_letters(headers: Headers, body: bytes, secret: bytes) -> bool:
    expected = hmac.new(secret, body, "sha256").hexdigest()
    return headers.get("x-chapa-signature", "")[:64] == expected


@answers.wrong("nothing has to be decoded")
def decodes_the_body(headers: Headers, body: bytes, secret: bytes) -> bool:
    message = body.decode().encode()
    given = headers.get("x-chapa-signature", "").encode()
    return hmac.compare_digest(given, hmac.new(secret, message, "sha256").hexdigest().encode())
