"""What components' queries answer: frozen values that pages, feeds and the desk show."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction


class Status(StrEnum):
    """How a component is. The first five words are those of Statuspage's API."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"
    MAINTENANCE = "under_maintenance"
    NO_DATA = "no_data"  # its probes are silent and nobody said anything: never shown as up


class Cause(StrEnum):
    """Who says so. A person's word wins until its end; otherwise the worst of the rest."""

    PROBE = "probe"
    PERSON = "person"
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day of a component: seconds in each status, those of the future left out.

    `share` is the uptime by the declared weights, None where nothing is known of that day.
    """

    date: date
    seconds: tuple[tuple[Status, int], ...]  # only statuses that occurred
    worst: Status
    share: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A component as a reader sees it at one instant."""

    uid: str  # 12 lower-case letters and digits, for ever
    slug: str
    name: str
    description: str
    group: str | None  # uid of its group
    position: int
    status: Status
    since: datetime | None  # of this status
    cause: Cause | None
    note: str = ""  # a person's word, shown beside the status
    until: datetime | None = None  # when a person's word or a maintenance ends
    last_known: Status | None = None  # where status is NO_DATA: what it was before
    third_party: bool = False
    only_if_degraded: bool = False
    start_date: date | None = None
    audiences: tuple[str, ...] = ()  # empty: everybody
    promise: str = ""  # slug of the uptime promise that judges it
    monitors: tuple[str, ...] = ()
    strip: tuple[Day, ...] = ()  # oldest first, 90 days unless asked otherwise
    share: Fraction | None = None  # uptime over the strip
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """A group, nested at most once; `status` is the worst of its components that are shown."""

    uid: str
    slug: str
    name: str
    description: str
    parent: str | None
    position: int
    status: Status
    components: tuple[str, ...]  # uids, in order
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much of a second in each status counts as down: declared, and shown publicly."""

    partial: Fraction = Fraction(3, 10)
    degraded: Fraction = Fraction(0)
    maintenance: Fraction = Fraction(0)
    major: Fraction = Fraction(1)
    unannounced: Fraction = Fraction(1)  # of maintenance that was not announced in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All components of one page at one instant."""

    at: datetime
    groups: tuple[GroupShown, ...]
    components: tuple[Shown, ...]  # in the order of the page: by group, then position
    weights: Weights
    zone: str
