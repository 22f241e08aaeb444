"""Who is calling: the one notion of a client's address for everything that counts or blocks by it.

Why own: "A client's address" in DECISIONS.md.
"""

from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Network = IPv4Network | IPv6Network


def client_address(request: HttpRequest) -> str:
    """The right-most hop that is no proxy of ours; of IPv6 the /64, since one household has as many as it likes.

    Whatever is to the left of that hop was written by the client itself, and says nothing.
    """
    trusted = _networks(tuple(settings.TRUSTED_PROXIES))
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    hops = [request.META["REMOTE_ADDR"], *(hop.strip() for hop in reversed(said))]
    found = hops[0]
    for hop in hops:
        try:
            address = ip_address(hop)
        except ValueError:
            break  # no address: what is further left can't be believed either
        found = hop
        if not any(address in network for network in trusted):
            break
    return _household(found)


def _household(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"  # a Unix socket has no address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False).network_address)


@cache
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(name) for name in names)
