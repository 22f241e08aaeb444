"""whose-address: the guest's own address, behind proxies that can be trusted."""

from collections.abc import Iterator
from typing import Any

from exercises.rate_limits_over_http.limiter import Clocked
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

TRUSTED = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8:1::/48"]
GUEST, OTHER, OURS, EDGE = "203.0.113.9", "198.51.100.1", "10.0.0.1", "192.0.2.7"
CASES = [
    (
        "who connects directly is counted as who connects",
        (GUEST, OTHER),
        GUEST,
        "a peer that is none of yours wrote the header itself: look at the peer first",
    ),
    (
        "without a header it is the peer",
        (OURS, None),
        OURS,
        "`forwarded` may be None: then there is nobody but the peer",
    ),
    (
        "behind one proxy it is the guest",
        (OURS, GUEST),
        GUEST,
        "your own proxy's last entry is the guest: compare with `in ip_network(...)`, for `trusted` lists networks",
    ),
    (
        "behind two proxies it is the guest, too",
        (OURS, f"{GUEST}, {EDGE}"),
        GUEST,
        "go from the right to the left, past every address that is yours, and leave out the spaces: `strip()`",
    ),
    (
        "what a guest wrote in front is not believed",
        (OURS, f"{OTHER}, {GUEST}"),
        GUEST,
        "from the right, the first address that isn't yours ends the search: what is left of it, that guest wrote",
    ),
    (
        "not even the address of one of your own",
        (OURS, f"{OTHER}, 10.0.0.99, {GUEST}"),
        GUEST,
        "stop at the first address from the right that isn't yours, wherever others of yours may be",
    ),
    (
        "where all are yours, it is the one farthest away",
        (OURS, "10.0.0.4,10.0.0.5,10.0.0.6"),
        "10.0.0.4",
        "none of them lied: the leftmost one is where it began",
    ),
    (
        "what is no address ends the search",
        (OURS, f"{OTHER}, unknown, {EDGE}"),
        EDGE,
        "`ip_address` raises ValueError for what is no address: count the last one before it",
    ),
    (
        "addresses of IPv6 are found as well",
        ("2001:db8:1::5", "2001:db8:9::7"),
        "2001:db8:9::7",
        "compare addresses, not texts: `ip_address(...) in ip_network(...)` knows both kinds",
    ),
]


@exercise("whose-address")
def whose_address(lab: Lab, answer: Any) -> Iterator[Finding]:
    stays_at_the_peer = ""
    for what, (peer, forwarded), expected, hint in CASES:
        found = str(attempt(answer, peer, forwarded, list(TRUSTED)))
        stays = found == peer != expected
        yield Finding(what, expected=expected, happened=found, hint=(stays and stays_at_the_peer) or hint)
        if stays and "behind" in what:
            stays_at_the_peer = stays_at_the_peer or hint
    limiter = Clocked(lab, limit=10, period=3600)
    lies = [f"198.51.100.{number}, {GUEST}" for number in range(100)]
    yield Finding(
        "a hundred requests with a hundred lies, of ten an hour: ten pass",
        expected=10,
        happened=attempt(lambda: sum(limiter.hit(str(answer(OURS, one, list(TRUSTED)))).admitted for one in lies)),
        hint="the address must be the same for all of them: what the guest wrote may not change it",
    )
