"""When a domain's registration ends, as its registry tells by RDAP."""

import re
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.core import clock
from troth.probes.connecting import Journey, check_authority
from troth.probes.getting import StatusError, check_address, decoded, get
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.rules.facts import Missing

_ACCEPT: Final = "application/rdap+json, application/json"
_DAY: Final = 86_400
_KEPT: Final = 86_400.0  # seconds for which the list of registries is kept
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_SAID: Final = {
    404: "the registry knows no such domain",
    429: "the registry asks us to ask less often",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    domain: Annotated[str, named("Domain", "shop.example", min_length=3, max_length=253)]
    server: Annotated[
        str, named("RDAP server", "Empty: the one that IANA names for its end.", max_length=500)
    ] = ""
    bootstrap: Annotated[
        str, named("List of registries", "Where IANA's list is fetched.", max_length=500)
    ] = "https://data.iana.org/rdap/dns.json"
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


class _Event(msgspec.Struct):
    action: str = msgspec.field(name="eventAction", default="")
    date: str = msgspec.field(name="eventDate", default="")


class _Server(msgspec.Struct):
    name: str = msgspec.field(name="ldhName", default="")


class _Entity(msgspec.Struct):
    roles: list[str] = []
    card: Any = msgspec.field(name="vcardArray", default=None)


class _Domain(msgspec.Struct):
    what: str = msgspec.field(name="objectClassName", default="")
    events: list[_Event] = []
    status: list[str] = []
    servers: list[_Server] = msgspec.field(name="nameservers", default_factory=list)
    entities: list[_Entity] = []


class _Registries(msgspec.Struct):
    services: list[tuple[list[str], list[str]]]


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    name = _ascii(settings.domain)
    server = settings.server or await _registry(name, settings, limits, journey)
    url = f"{server.rstrip('/')}/domain/{name}"
    try:
        raw = await get(url, limits=limits, journey=journey, accept=_ACCEPT, ca=settings.ca)
    except StatusError as error:
        raise ProbeError(_SAID.get(error.status, f"the registry: {error}")) from error
    found = decoded(raw, _Domain, what="RDAP")
    if found.what != "domain":
        raise ProbeError("the answer is no RDAP about a domain")
    facts = {"domain": _facts(found), "server": urlsplit(server).hostname}
    return Finding(
        facts=facts, phases=journey.phases, excerpt=lambda: raw[:2_000].decode("utf-8", "replace")
    )


_lists: dict[str, tuple[float, dict[str, str]]] = {}


async def _registry(name: str, settings: Settings, limits: Limits, journey: Journey) -> str:
    """Return the server that tells of a name: that of its longest end in IANA's list."""
    kept_until, found = _lists.get(settings.bootstrap, (0.0, {}))
    if monotonic() >= kept_until:
        raw = await get(settings.bootstrap, limits=limits, journey=journey, ca=settings.ca)
        found = _read(decoded(raw, _Registries, what="list of registries"))
        _lists[settings.bootstrap] = monotonic() + _KEPT, found
    labels = name.split(".")
    for start in range(1, len(labels)):
        server = found.get(".".join(labels[start:]))
        if server:
            return server
    raise ProbeError(f"no registry for .{labels[-1]} tells by RDAP; name a server")


def _read(listed: _Registries) -> dict[str, str]:
    found = {}
    for ends, urls in listed.services:
        secure = sorted(urls, key=lambda url: not url.startswith("https://"))
        found.update({end.lower(): secure[0] for end in ends if secure})
    return found


def _facts(found: _Domain) -> dict[str, Any]:
    ends = _instant(found, "expiration")
    facts: dict[str, Any] = {
        "days_left": Missing("the registry does not tell when the domain ends"),
        "expires": Missing("the registry does not tell when the domain ends"),
        "status": sorted(one.lower() for one in found.status),
        "nameservers": sorted(one.name.lower().rstrip(".") for one in found.servers),
        "registrar": _registrar(found),
    }
    if ends:
        facts["days_left"] = (ends - clock.now()).total_seconds() / _DAY
        facts["expires"] = ends.isoformat()
    return facts


def _instant(found: _Domain, action: str) -> datetime | None:
    for event in found.events:
        if event.action == action:
            try:
                at = datetime.fromisoformat(event.date)
            except ValueError as error:
                raise ProbeError("the registry tells an instant that is none") from error
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _registrar(found: _Domain) -> str:
    for entity in found.entities:
        card = entity.card
        if "registrar" not in entity.roles or not isinstance(card, list) or len(card) < 2:  # noqa: PLR2004 - "vcard" and its fields
            continue
        fields = card[1] if isinstance(card[1], list) else []
        names = [
            one[3] for one in fields if isinstance(one, list) and one[:1] == ["fn"] and one[3:]
        ]
        return str(names[0])[:200] if names else ""
    return ""


def _ascii(domain: str) -> str:
    try:
        name = domain.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError as error:
        raise ProbeError("the domain's name is not valid") from error
    if not _NAME.fullmatch(name):
        raise ProbeError("the domain's name is not valid")
    return name


def _check(settings: Settings) -> None:
    try:
        _ascii(settings.domain)
    except ProbeError as error:
        raise ValueError("domain: write a name such as shop.example") from error
    check_address(settings.bootstrap, name="bootstrap")
    if settings.server:
        check_address(settings.server, name="server")
    check_authority(settings.ca)


domain = Kind(
    label="Domain",
    help="Asks the registry by RDAP when a domain ends; some hours apart is often enough.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.server or settings.bootstrap,
    facts={
        "domain.days_left": "days until the registration ends, below zero once it has",
        "domain.expires": "when it ends",
        "domain.status": 'for example "client transfer prohibited" in domain.status',
        "domain.nameservers": 'for example "ns1.shop.example" in domain.nameservers',
        "domain.registrar": "who registered it",
        "server": "the registry that was asked",
    },
    condition="domain.days_left > 30",
    check=_check,
)
