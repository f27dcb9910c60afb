"""ICMP echo: how much comes back, and how fast."""

import socket
from typing import Annotated, Any, Final, Literal

import msgspec

from troth.probes import guard
from troth.probes.connecting import Journey
from troth.probes.kind import Finding, Kind, Limits, named
from troth.probes.rules.facts import Missing

_SHARE: Final = 0.9  # of the time limit; the rest is for telling what came


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    count: Annotated[int, named("Packets", ge=1, le=20)] = 3
    pause_ms: Annotated[int, named("Pause between them, ms", ge=20, le=2_000)] = 200
    family: Annotated[
        Literal["either", "ipv4", "ipv6", "only ipv4", "only ipv6"], named("Internet protocol")
    ] = "either"


async def probe(settings: Settings, limits: Limits) -> Finding:
    from troth.probes import icmp

    journey = Journey()
    found = await guard.places(
        settings.host,
        0,
        private=limits.private,
        family=settings.family,
        kind=socket.SOCK_DGRAM,
    )
    journey.reached("dns")
    echoes = await icmp.echo(
        found[0],
        count=settings.count,
        pause=settings.pause_ms / 1000,
        seconds=limits.timeout * _SHARE - journey.phases["dns"],
    )
    journey.reached("answer")
    facts = _facts(settings.count, sorted(echoes.times.values())) | {"address": found[0].host}
    excerpt = f"{len(echoes.times)} of {settings.count} came back from {found[0].host}"
    return Finding(facts=facts, phases=journey.phases, excerpt=excerpt)


def _facts(count: int, times: list[float]) -> dict[str, Any]:
    nothing = Missing("nothing came back")
    return {
        "sent": count,
        "received": len(times),
        "loss": 1 - len(times) / count,
        "fastest": times[0] if times else nothing,
        "mean": sum(times) / len(times) if times else nothing,
        "slowest": times[-1] if times else nothing,
    }


ping = Kind(
    label="Ping",
    help="Sends a few ICMP echo requests; needs the kernel's leave (net.ipv4.ping_group_range).",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "loss": "share that did not come back, for example loss <= 0.2",
        "received": "how many came back",
        "sent": "how many were sent",
        "fastest": "seconds of the fastest",
        "mean": "seconds on average, for example mean < 50ms",
        "slowest": "seconds of the slowest",
        "address": "the address that was asked",
    },
    condition="received > 0",
)
