"""One word for all components: Statuspage's table, as Atlassian documents and others copy it."""

from collections.abc import Iterable
from typing import NamedTuple

from troth.components.rules.results import Shown, Status


class Overall(NamedTuple):
    indicator: str  # none | minor | major | critical | maintenance
    description: str


OPERATIONAL = Overall("none", "All Systems Operational")
FEW_DEGRADED = Overall("minor", "Partially Degraded Service")
ALL_DEGRADED = Overall("minor", "Degraded System Service")
SOME_PARTIAL = Overall("minor", "Minor Service Outage")
SOME_MAJOR = Overall("major", "Partial System Outage")
ALL_MAJOR = Overall("critical", "Major System Outage")
MAINTENANCE = Overall("maintenance", "Service Under Maintenance")
_ALONE = {
    Status.OPERATIONAL: OPERATIONAL,
    Status.DEGRADED: FEW_DEGRADED,
    Status.PARTIAL: SOME_MAJOR,
    Status.MAJOR: ALL_MAJOR,
    Status.MAINTENANCE: MAINTENANCE,
}


def overall(components: Iterable[Shown]) -> Overall:
    """Return indicator and description of a page with these components.

    A component without data is not counted as operational: where all the others are, the page is
    "Partially Degraded Service". docs/api-v2.md says why.
    """
    return blend([_counted(one.status) for one in components])


def _counted(status: Status) -> Status:
    return Status.DEGRADED if status is Status.NO_DATA else status


def blend(statuses: list[Status]) -> Overall:
    """Return what the five words of the API add up to."""
    if not statuses:
        return OPERATIONAL
    if len(statuses) == 1:
        return _ALONE[statuses[0]]
    return _outage(set(statuses)) or _milder(set(statuses))


def _outage(found: set[Status]) -> Overall | None:
    if found == {Status.MAJOR}:
        return ALL_MAJOR
    if Status.MAJOR in found or found == {Status.PARTIAL}:
        return SOME_MAJOR
    return SOME_PARTIAL if Status.PARTIAL in found else None


def _milder(found: set[Status]) -> Overall:
    if found == {Status.DEGRADED}:
        return ALL_DEGRADED
    if Status.DEGRADED in found:
        return FEW_DEGRADED
    return MAINTENANCE if Status.MAINTENANCE in found else OPERATIONAL
