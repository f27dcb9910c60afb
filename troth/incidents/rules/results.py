"""What incidents' queries answer: frozen values that pages, feeds, APIs and the desk show.

Everything here is public text; internal notes are not part of these values.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from troth.components.rules.results import Status


class Kind(StrEnum):
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    BREACH = "breach"


class State(StrEnum):
    """The words of Statuspage's API: of incidents and breaches, then of maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


class Impact(StrEnum):
    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


class Urgency(StrEnum):
    """How often we promise to speak: urgent hourly, important daily, routine weekly."""

    URGENT = "urgent"
    IMPORTANT = "important"
    ROUTINE = "routine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A component's change by an update. `code` is its uid."""

    code: str
    name: str  # "Group - Component"
    was: Status
    now: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an update said before: edits are public."""

    at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateShown:
    uid: str
    state: State
    body: str  # Markdown as written
    html: str  # the same, rendered and cleaned
    at: datetime  # shown to readers; may be back-dated
    created_at: datetime
    updated_at: datetime
    affected: tuple[Affected, ...] = ()
    next_due_at: datetime | None = None
    edits: tuple[Edit, ...] = ()  # oldest first; empty where nothing was edited


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactSpan:
    """A component's condition by this incident, [starts, ends); None while it lasts."""

    component: str  # uid
    name: str
    status: Status
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    text: str
    owner: str
    due: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A line of a post-mortem's timeline."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmortem:
    """The four parts in their order, each HTML rendered and cleaned."""

    apology: str
    cause: str
    fix: str
    prevention: str
    published_at: datetime
    follow_ups: tuple[FollowUp, ...] = ()
    budget_seconds: int | None = None  # of the error budgets burned by this incident
    timeline: tuple[Moment, ...] = ()
    edited_at: tuple[datetime, ...] = ()  # a published post-mortem that was changed says so


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachShown:
    """What is public of a breach. None: not known yet."""

    aware_at: datetime
    due_at: datetime  # of the notice: 72 hours after
    noticed_at: datetime | None
    facts: str
    people: int | None
    records: int | None
    scope_note: str
    consequences: str
    fixes: str
    prevention: str
    contact: str
    hotline: str
    reset_url: str
    delay_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentShown:
    """A published incident, maintenance or breach with all that is public about it."""

    uid: str
    kind: Kind
    name: str
    state: State
    impact: Impact
    urgency: Urgency | None
    started_at: datetime
    created_at: datetime
    updated_at: datetime
    identified_at: datetime | None = None
    monitoring_at: datetime | None = None
    resolved_at: datetime | None = None
    scheduled_for: datetime | None = None  # of maintenance
    scheduled_until: datetime | None = None
    announced_at: datetime | None = None
    in_time: bool | None = None  # of maintenance: announced early enough to be excluded
    updates: tuple[UpdateShown, ...] = ()  # newest first
    components: tuple[str, ...] = ()  # uids, as affected at the worst
    spans: tuple[ImpactSpan, ...] = ()
    next_due_at: datetime | None = None
    workaround: str = ""
    affects: str = ""  # who is affected, in words
    postmortem: Postmortem | None = None
    postmortem_due: datetime | None = None
    backfilled: bool = False
    merged_into: str | None = None
    linked: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()  # of an import: "ends before it starts" and the like
    audiences: tuple[str, ...] = ()
    revision: str = ""  # hash of what is public: the same on page, feed, API and macro
    problem: str = ""  # what is wrong, exactly
    recovery: str = ""  # said at the end
    data_loss: str = ""  # said at the end: what was lost, or that nothing lingers
    cancelled_at: datetime | None = None  # of maintenance
    breach: BreachShown | None = None

    @property
    def is_open(self) -> bool:
        over = (State.RESOLVED, State.POSTMORTEM, State.COMPLETED)
        return self.state not in over and self.merged_into is None

    @property
    def path(self) -> str:
        return f"incidents/{self.uid}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A published incident as a list of thousands needs it."""

    uid: str
    kind: Kind
    name: str
    listed_at: datetime  # when it began, or is to begin
    resolved_at: datetime | None
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A local month and how many incidents began in it."""

    year: int
    month: int
    count: int
