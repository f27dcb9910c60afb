"""How bad it is: an incident by its components, a page by all of its components. Pure.

The words and the blend are those of Statuspage, so that its clients read us rightly.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.components.rules.results import Status
from troth.incidents.rules.results import Impact, Kind

BAD = (Status.MAJOR, Status.PARTIAL, Status.DEGRADED)  # worst first
_BY_STATUS = {
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL: Impact.MAJOR,
    Status.MAJOR: Impact.CRITICAL,
}
BY_IMPACT = {
    Impact.NONE: Status.OPERATIONAL,
    **{one: status for status, one in _BY_STATUS.items()},
    Impact.MAINTENANCE: Status.MAINTENANCE,
}
_ORDER = (Status.OPERATIONAL, Status.NO_DATA, Status.MAINTENANCE, *reversed(BAD))


@dataclass(frozen=True, slots=True)
class Blend:
    """A whole page in one word for programs and one phrase for people."""

    indicator: Impact
    description: str


_FINE = Blend(Impact.NONE, "All Systems Operational")
_MAINTAINED = Blend(Impact.MAINTENANCE, "Service Under Maintenance")
_PARTLY_DEGRADED = Blend(Impact.MINOR, "Partially Degraded Service")
_DEGRADED = Blend(Impact.MINOR, "Degraded System Service")
_MINOR = Blend(Impact.MINOR, "Minor Service Outage")
_PARTIAL = Blend(Impact.MAJOR, "Partial System Outage")
_MAJOR = Blend(Impact.CRITICAL, "Major System Outage")
_OF_ONE = {
    Status.MAINTENANCE: _MAINTAINED,
    Status.DEGRADED: _PARTLY_DEGRADED,
    Status.PARTIAL: _PARTIAL,
    Status.MAJOR: _MAJOR,
}
_ALL = {Status.MAJOR: _MAJOR, Status.PARTIAL: _PARTIAL, Status.DEGRADED: _DEGRADED}
_SOME = {Status.MAJOR: _PARTIAL, Status.PARTIAL: _MINOR, Status.DEGRADED: _PARTLY_DEGRADED}


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of some statuses, operational where there are none."""
    return max(statuses, key=_ORDER.index, default=Status.OPERATIONAL)


def impact_of(kind: Kind, statuses: Iterable[Status]) -> Impact:
    """Return an incident's impact by its worst component; a person may say another."""
    if kind is Kind.MAINTENANCE:
        return Impact.MAINTENANCE
    return _BY_STATUS.get(worst(statuses), Impact.NONE)


def blend(statuses: Iterable[Status]) -> Blend:
    """Return how a page with components of these statuses is, as a whole."""
    present = list(statuses)
    if len(present) == 1:
        return _OF_ONE.get(present[0], _FINE)
    for status in BAD:
        if status in present:
            is_all = all(one is status for one in present)
            return (_ALL if is_all else _SOME)[status]
    return _MAINTAINED if Status.MAINTENANCE in present else _FINE
