"""Another's status page: what a supplier says of itself at /api/v2/summary.json."""

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.probes.connecting import Journey, check_authority
from troth.probes.getting import check_address, decoded, get
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.rules.facts import shown_value

_PATH: Final = "/api/v2/summary.json"
_SLOWER: Final = "degraded_performance"
_WORST: Final = (
    "operational",
    "under_maintenance",
    _SLOWER,
    "partial_outage",
    "major_outage",
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Annotated[str, named("Address", "https://status.supplier.example", max_length=1_000)]
    component: Annotated[
        str, named("Component", "Its name or id there; empty: the worst of all.", max_length=200)
    ] = ""
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


class _Component(msgspec.Struct):
    name: str
    status: str
    id: str = ""
    group: bool = False


class _Indicator(msgspec.Struct):
    indicator: str = ""
    description: str = ""


class _Incident(msgspec.Struct):
    name: str = ""
    impact: str = ""


class _Page(msgspec.Struct):
    name: str = ""
    updated_at: str | None = None


class _Summary(msgspec.Struct):
    page: _Page
    status: _Indicator
    components: list[_Component] = []
    incidents: list[_Incident] = []


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    url = settings.url.rstrip("/").removesuffix(_PATH) + _PATH
    raw = await get(url, limits=limits, journey=journey, ca=settings.ca)
    found = decoded(raw, _Summary, what="summary of a status page")
    facts: dict[str, Any] = {
        "status": _status(found, settings.component),
        "indicator": found.status.indicator,
        "description": found.status.description,
        "page": found.page.name,
        "incidents": [one.name for one in found.incidents],
        "component": {one.name: one.status for one in found.components},
    }
    return Finding(
        facts=facts,
        phases=journey.phases,
        degraded=_minor(facts, whole=not settings.component),
        excerpt=lambda: _told(found),
    )


def _minor(facts: dict[str, Any], *, whole: bool) -> str:
    """Return why it is less than well by the supplier's own word, though it works."""
    if facts["status"] == _SLOWER:
        return f'status is "{_SLOWER}"'
    if whole and facts["indicator"] == "minor":
        return f"the page says {shown_value('description', facts['description'])}"
    return ""


def _status(found: _Summary, wanted: str) -> str:
    """Return the status of a component, or the worst of all that are no groups."""
    if wanted:
        named_so = [one for one in found.components if wanted in (one.id, one.name)]
        if not named_so:
            raise ProbeError(f"the page has no component “{wanted[:60]}”")
        return named_so[0].status
    return max((one.status for one in found.components if not one.group), key=_rank, default="")


def _rank(status: str) -> int:
    return _WORST.index(status) if status in _WORST else len(_WORST)


def _told(found: _Summary) -> str:
    odd = [f"{one.name}: {one.status}" for one in found.components if _rank(one.status)]
    return "\n".join([found.status.description, *(one.name for one in found.incidents), *odd])


def _check(settings: Settings) -> None:
    check_address(settings.url)
    check_authority(settings.ca)


statuspage = Kind(
    label="Status page of a supplier",
    help="Reads what another page says of itself through the API of Statuspage.",
    settings=Settings,
    probe=probe,
    address=lambda settings: urlsplit(settings.url).hostname or "",
    facts={
        "status": "operational, under_maintenance, degraded_performance, partial_outage …",
        "indicator": "of the whole page: none, maintenance, minor, major or critical",
        "description": "the page's own sentence",
        "component": 'by name, for example component["Git"] == "operational"',
        "incidents": "the names of those that are open",
        "page": "the page's name",
    },
    condition='status in ["operational", "under_maintenance", "degraded_performance"]',
    check=_check,
)
