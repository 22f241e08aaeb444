"""Right and wrong answers to whose-address of 41b-rate-limits-over-http."""

import contextlib
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from exercises.rate_limits_over_http.whose_address import whose_address
from tests.exercises.answers import Answers

answers = Answers(whose_address)


def ours(text: str, trusted: Sequence[str]) -> bool:
    return any(ip_address(text) in ip_network(network) for network in trusted)


def hops(peer: str, forwarded: str | None) -> list[str]:
    """From the peer outwards."""
    return [peer, *(hop.strip() for hop in reversed((forwarded or "").split(",")))]


def is_address(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ip_address(text))
    return False


@answers.right
def looks_for_the_first_stranger(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = []
    for hop in hops(peer, forwarded):
        if not is_address(hop):
            break
        known.append(hop)
        if not ours(hop, trusted):
            return hop
    return known[-1]


@answers.right
def asks_one_hop_at_a_time(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    before, _, last = (forwarded or "").rpartition(",")
    if not ours(peer, trusted) or not is_address(last.strip()):
        return peer
    found: str = asks_one_hop_at_a_time(last.strip(), before, trusted)
    return found


@answers.right
def returns_an_address(peer: str, forwarded: str | None, trusted: Sequence[str]) -> Any:
    return ip_address(looks_for_the_first_stranger(peer, forwarded, trusted))


@answers.wrong("leave out the spaces")
def minds_the_spaces(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    client = peer
    for hop in reversed((forwarded or "").split(",")):
        if not ours(client, trusted) or not is_address(hop):
            break
        client = hop
    return client


@answers.wrong("the leftmost one")
def knows_two_proxies(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    client = peer
    for hop in hops(peer, forwarded)[1:3]:
        if ours(client, trusted) and is_address(hop):
            client = hop
    return client


@answers.wrong("past every address that is yours")
def knows_one_network(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    found: str = looks_for_the_first_stranger(peer, forwarded, trusted[:1])
    return found


@answers.wrong("look at the peer first")
def believes_the_header(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return forwarded.split(",")[0].strip() if forwarded else peer


@answers.wrong("may be None")
def expects_a_header(peer: str, forwarded: Any, trusted: Sequence[str]) -> str:
    if not ours(peer, trusted):
        return peer
    return next((hop for hop in hops(peer, forwarded.strip()) if not ours(hop, trusted)), peer)


@answers.wrong("lists networks")
def compares_texts(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return next((hop for hop in hops(peer, forwarded) if hop not in trusted), peer)


@answers.wrong("past every address that is yours")
def takes_the_last(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return forwarded.split(",")[-1].strip() if forwarded and ours(peer, trusted) else peer


@answers.wrong("what is left of it")
def takes_the_first(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return forwarded.split(",")[0].strip() if forwarded and ours(peer, trusted) else peer


@answers.wrong("what is left of it")
def takes_the_first_stranger_from_the_left(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = [hop for hop in hops(peer, forwarded) if is_address(hop)]
    strangers = [hop for hop in reversed(known) if not ours(hop, trusted)]
    return peer if not ours(peer, trusted) or not strangers else strangers[0]


@answers.wrong("the leftmost one")
def gives_up_on_its_own(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return next((hop for hop in hops(peer, forwarded) if is_address(hop) and not ours(hop, trusted)), peer)


@answers.wrong("raises ValueError")
def trusts_the_form(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = hops(peer, forwarded) if forwarded else [peer]
    return next((hop for hop in known if not ours(hop, trusted)), known[-1])


@answers.wrong("raises ValueError")
def leaves_out_what_is_none(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = [hop for hop in hops(peer, forwarded) if is_address(hop)]
    return next((hop for hop in known if not ours(hop, trusted)), known[-1])
