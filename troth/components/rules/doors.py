"""Who is let into a private page. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

PRIVACY = ("public", "login", "link", "network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What is known of who asks: signed in, the address, and whether the link is good."""

    signed_in: bool = False
    address: str = ""
    link_is_good: bool = False


def admits(privacy: str, networks: Sequence[str], visitor: Visitor) -> bool:
    """Say whether a visitor may see a page. What is not understood is refused."""
    if privacy == "public":
        return True
    if privacy == "login":
        return visitor.signed_in
    if privacy == "link":
        return visitor.link_is_good
    return privacy == "network" and _is_inside(visitor.address, networks)


def _is_inside(address: str, networks: Sequence[str]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)  # ::ffff:192.0.2.1 is 192.0.2.1
    return any((mapped or found) in ip_network(one) for one in networks)


def as_network(text: str) -> str:
    """Return an address or network in its usual form. Raises ValueError in plain words."""
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise ValueError(
            f"“{text[:60]}” is no network; write 192.0.2.0/24, 2001:db8::/32 or one address"
        ) from None
