"""Mutations of 42c-payments: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "42c-payments"
CHANGES = [
    Change(
        "the fault is taken out: the naive handler takes the body's signature alone",
        "given & {sign(body), sign(secret)}",
        "given & {sign(body)}",
    ),
    Change("the fault is taken out: no copies come", "    send(headers, body), send(headers, body)", "    pass"),
    Change("the fault is taken out: the guest pays all", "pay(start(ref, amount=1))", "pay(start(ref))"),
    Change("the fault is taken out: nobody cancels", "set status = 'cancelled' where", "set status = status where"),
    Change(
        "the fix is broken: the constant counts, too",
        'headers.get("x-chapa-signature", "")\n    return hmac.compare_digest(proof.encode(), sign(body).encode())',
        'headers.get("chapa-signature", "")\n    return hmac.compare_digest(proof.encode(), sign(secret).encode())',
    ),
    Change(
        "the fix is broken: the amount is not compared",
        """if truth["amount"] == amount else 200""",
        "if amount else 200",
    ),
    Change("the fix is broken: what is early is answered with 200", "        return 503", "        return 200"),
    Change(
        "the fix is broken: any payment may become paid", "and status = 'pending' returning tx_ref", "returning tx_ref"
    ),
    Change("the fix is broken: the breaker never opens", "len(failed) >= 3", "len(failed) >= 30"),
    Change("the fix is broken: the breaker never closes", "failed[-1] + 30", "failed[-1] + 300"),
    Change("the provider is not down", '{"down": 503}', '{"down": None}'),
    Change(
        "the solution of what-may-follow is spoiled",
        '"failed": [],',
        '"failed": ["paid"],',
    ),
    Change(
        "the solution of genuine is spoiled",
        "    return hmac.compare_digest(given.encode(), expected.encode())",
        "    return hmac.compare_digest(given, expected)",
    ),
    Change(
        "the solution of settle is spoiled",
        'if said and said["status"] == "success" and said["amount"] == payment["amount"]',
        'if said and said["status"] == "success"',
    ),
    Change(
        "the solution of let-one-through is spoiled",
        "                self.until = self.clock() + 30\n        try",
        "        try",
    ),
]
