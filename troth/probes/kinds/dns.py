"""A DNS record: that it resolves, and to what."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec

from troth.probes import guard
from troth.probes.connecting import Journey
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named

_TYPES = Literal["A", "AAAA", "CAA", "CNAME", "DS", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, named("Name", "The name to ask for.", min_length=1, max_length=253)]
    type: Annotated[_TYPES, named("Record")] = "A"
    resolver: Annotated[
        str, named("Resolver", "An address; empty: this machine's own.", max_length=253)
    ] = ""
    port: Annotated[int, named("Resolver's port", ge=1, le=65_535)] = 53


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    where = await _resolver(settings, limits)
    journey.reached("dns")
    answer, by_tcp = await _asked(settings, where, limits.timeout)
    journey.reached("answer")
    seen = _seen(answer, settings.type) | {"resolver": where, "tcp": by_tcp}
    return Finding(facts={"dns": seen}, phases=journey.phases, excerpt=str(answer)[:2_000])


async def _asked(settings: Settings, where: str, seconds: float) -> tuple[Any, bool]:
    """Return the answer, and whether it came by TCP. A packet that is lost is sent once more."""
    import dns.asyncquery
    import dns.exception
    import dns.message

    query = dns.message.make_query(_name(settings.name), settings.type)
    for last in (False, True):
        try:
            return await dns.asyncquery.udp_with_fallback(
                query, where, timeout=seconds / 2, port=settings.port
            )
        except dns.exception.Timeout as error:
            if last:
                raise TimeoutError from error
        except dns.exception.DNSException as error:
            raise ProbeError("the resolver's answer is not understood") from error
    raise TimeoutError


async def _resolver(settings: Settings, limits: Limits) -> str:
    """Return the address to ask: the machine's own resolver, or a named one that may be reached."""
    if settings.resolver:
        found = await guard.places(settings.resolver, settings.port, private=limits.private)
        return found[0].host
    import dns.resolver

    def own() -> str:
        found = dns.resolver.get_default_resolver().nameservers
        if not found:
            raise ProbeError("this machine has no resolver")
        return str(found[0])

    return await asyncio.to_thread(own)


def _name(text: str) -> Any:  # noqa: ANN401 - dnspython's
    import dns.exception
    import dns.name

    try:
        return dns.name.from_text(text, idna_codec=dns.name.IDNA_2008)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ProbeError("the name is not valid") from error


def _seen(answer: Any, kind: str) -> dict[str, Any]:  # noqa: ANN401 - dnspython's
    import dns.flags
    import dns.rcode
    import dns.rdatatype

    wanted = [found for found in answer.answer if found.rdtype == dns.rdatatype.from_text(kind)]
    texts = [record.to_text() for found in wanted for record in found]
    return {
        "rcode": dns.rcode.to_text(answer.rcode()),
        "answers": sorted(texts),
        "count": len(texts),
        "ttl": min((found.ttl for found in wanted), default=0),
        "authoritative": bool(answer.flags & dns.flags.AA),
        "authentic": bool(answer.flags & dns.flags.AD),
    }


def _check(settings: Settings) -> None:
    try:
        _name(settings.name)
    except ProbeError as error:
        raise ValueError(f"name: {error}") from error


dns_record = Kind(
    label="DNS record",
    help="Asks a resolver for a record.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.resolver or "resolver",
    facts={
        "dns.answers": 'what came back, for example dns.answers contains "192.0.2.1"',
        "dns.count": "how many answers",
        "dns.rcode": "NOERROR, NXDOMAIN, SERVFAIL …",
        "dns.ttl": "seconds for which it may be remembered",
        "dns.authoritative": "true if the resolver is the zone's own",
        "dns.authentic": "true if the resolver has checked the signatures",
        "dns.resolver": "the address that was asked",
        "dns.tcp": "true if the answer was too long for UDP",
    },
    condition='dns.rcode == "NOERROR" and dns.count > 0',
    check=_check,
)
