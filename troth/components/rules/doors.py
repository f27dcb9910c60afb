"""What guards a private page, and whether what once opened it still does. Pure."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

PRIVACY = ("public", "login", "link", "network")
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What guards a page now. `turn` grows when all links that were given so far end."""

    privacy: str
    networks: tuple[str, ...] = ()
    turn: int = 0


def holds(
    grant: Mapping[str, object], door: Door, *, second: float, people: Container[object]
) -> bool:
    """Say whether what once let somebody in still does. `people` are those who may sign in.

    A grant is of one kind of door: one that was proved by a link opens no page that asks for an
    account by now. What is not understood is refused.
    """
    if grant.get("by") != door.privacy:
        return False
    if door.privacy == "login":
        return grant.get("person") in people
    if door.privacy == "link":
        until = grant.get("until")
        return grant.get("turn") == door.turn and isinstance(until, int) and second < until
    return _is_part(str(grant.get("network", "")), door.networks)


def network_of(address: str, networks: Sequence[str]) -> str:
    """Return the network among these that an address is inside of, "" where there is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)  # ::ffff:192.0.2.1 is 192.0.2.1
    return next((one for one in networks if (mapped or found) in ip_network(one)), "")


def _is_part(text: str, networks: Sequence[str]) -> bool:
    """Say whether a network lies inside one of these."""
    try:
        found = ip_network(text)
    except ValueError:
        return False
    return any(_covers(ip_network(one), found) for one in networks)


def _covers(whole: Network, part: Network) -> bool:
    """Say so by bounds: Python compares no IPv4 with IPv6."""
    if whole.version != part.version:
        return False
    first, last = int(whole.network_address), int(whole.broadcast_address)
    return first <= int(part.network_address) and int(part.broadcast_address) <= last


def as_network(text: str) -> str:
    """Return an address or network in its usual form. Raises ValueError in plain words."""
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise ValueError(
            f"“{text[:60]}” is no network; write 192.0.2.0/24, 2001:db8::/32 or one address"
        ) from None
