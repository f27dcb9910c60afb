"""Whom we may reach: resolved once, checked, and connected to at the checked address only.

Without the installation's leave no private, local or reserved address is reached, whatever a name
resolves to, also after a redirect. A name is never resolved a second time
between the check and the connection, so that one that changes its answer gains nothing.
Link-local addresses, where clouds keep their secrets, are never reached.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_FAMILIES: Final = {
    "ipv4": socket.AF_INET,
    "ipv6": socket.AF_INET6,
}
_WRAPPED: Final = (
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)
_LEAVE: Final = "TROTH_PROBE_PRIVATE"  # the setting that allows them, for messages as well
_MOST: Final = 8  # addresses of one name that are tried


class UnreachableError(Exception):
    """The host cannot be reached as it was asked for; the words say why."""


class ForbiddenError(UnreachableError):
    """The address may not be reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """A checked address to connect to."""

    family: int
    host: str
    port: int


@lru_cache(maxsize=4_096)
def check(text: str, *, private: bool) -> None:
    """Raise ForbiddenError unless the address in `text` may be reached."""
    address = ipaddress.ip_address(text.partition("%")[0])
    for one in (address, *_inner(address)):
        if one.is_link_local or one.is_multicast or one.is_unspecified:
            raise ForbiddenError(f"{address} is never reached")
        if not one.is_global and not private:
            raise ForbiddenError(f"{address} is in a private network; see {_LEAVE}")


def _inner(address: Address) -> list[Address]:
    """Return the IPv4 addresses that an IPv6 address leads to."""
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    found: list[Address] = [address.ipv4_mapped] if address.ipv4_mapped else []
    if address.teredo:
        found += address.teredo
    for network, shift in _WRAPPED:
        if address in network:
            found.append(ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF))
    return found


_under_way: dict[tuple[asyncio.AbstractEventLoop, str, int, int], asyncio.Task[list[Place]]] = {}


async def places(
    host: str, port: int, *, private: bool, family: str = "either", kind: int = socket.SOCK_STREAM
) -> list[Place]:
    """Return where a host can be reached, checked, in the order in which to try.

    `family` is either, ipv4, ipv6 (both mean: first), only ipv4 or only ipv6. Raises ForbiddenError
    if any address of the name is forbidden, OSError where it has none.
    """
    literal = _literal(host)
    if literal is not None:
        check(str(literal), private=private)
        version = socket.AF_INET if literal.version == 4 else socket.AF_INET6  # noqa: PLR2004
        return _ordered([Place(version, host, port)], family)
    found = await _shared(host, port, kind)
    for place in found:
        check(place.host, private=private)
    return _ordered(found, family)


@lru_cache(maxsize=4_096)
def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _shared(host: str, port: int, kind: int) -> list[Place]:
    """Look a name up once for all who ask at the same moment: a dead resolver holds one thread."""
    loop = asyncio.get_running_loop()
    key = (loop, host, port, kind)
    task = _under_way.get(key)
    if task is None:
        task = loop.create_task(_looked_up(host, port, kind))
        _under_way[key] = task
        task.add_done_callback(lambda done: _ended(key, done))
    return await asyncio.shield(task)


def _ended(
    key: tuple[asyncio.AbstractEventLoop, str, int, int], done: "asyncio.Task[list[Place]]"
) -> None:
    _under_way.pop(key, None)
    if not done.cancelled():
        done.exception()  # it is told to those who wait; nobody may be left


async def _looked_up(host: str, port: int, kind: int) -> list[Place]:
    try:
        ascii_host = host.encode("ascii").decode()
    except UnicodeEncodeError:
        ascii_host = _international(host)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(ascii_host, port, type=kind)
    told = dict.fromkeys(Place(family, str(at[0]), port) for family, _, _, _, at in found)
    return list(told)[:_MOST]


def _international(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise UnreachableError("the host's name is not valid") from error


def _ordered(found: list[Place], family: str) -> list[Place]:
    wanted = _FAMILIES.get(family.removeprefix("only "))
    if wanted is None:
        return found
    first = [place for place in found if place.family == wanted]
    if family.startswith("only "):
        if not first:
            raise UnreachableError(f"the host has no address of {family.removeprefix('only ')}")
        return first
    return [*first, *(place for place in found if place.family != wanted)]
