"""The shapes of answers. Instants are UTC; bodies are Markdown, `html` is the same, cleaned."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from troth.components.rules.results import Status
from troth.incidents.rules.results import Impact, Kind, State, Urgency


class AffectedOut(Schema):
    code: str = Field(description="The component's uid.")
    name: str
    was: Status
    now: Status


class EditOut(Schema):
    """What an update said before."""

    at: datetime
    body: str


class UpdateOut(Schema):
    uid: str
    state: State
    body: str
    html: str
    at: datetime
    created_at: datetime
    updated_at: datetime
    affected: list[AffectedOut]
    next_due_at: datetime | None
    edits: list[EditOut]


class SpanOut(Schema):
    component: str
    name: str
    status: Status
    starts_at: datetime
    ends_at: datetime | None


class FollowUpOut(Schema):
    text: str
    owner: str
    due: datetime | None
    done_at: datetime | None


class MomentOut(Schema):
    at: datetime
    text: str


class PostmortemOut(Schema):
    """The four parts as HTML. `budget_seconds` is what it burned of the error budgets."""

    apology: str
    cause: str
    fix: str
    prevention: str
    published_at: datetime
    follow_ups: list[FollowUpOut]
    timeline: list[MomentOut]
    budget_seconds: int | None
    edited_at: list[datetime]


class BreachOut(Schema):
    aware_at: datetime
    due_at: datetime
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


class IncidentOut(Schema):
    """A published incident, breach or maintenance; `revision` is the same on page and feeds."""

    uid: str
    kind: Kind
    name: str
    state: State
    impact: Impact
    urgency: Urgency | None
    problem: str
    affects: str
    workaround: str
    recovery: str
    data_loss: str
    started_at: datetime
    created_at: datetime
    updated_at: datetime
    identified_at: datetime | None
    monitoring_at: datetime | None
    resolved_at: datetime | None
    scheduled_for: datetime | None
    scheduled_until: datetime | None
    announced_at: datetime | None
    cancelled_at: datetime | None
    in_time: bool | None
    next_due_at: datetime | None
    postmortem_due: datetime | None
    updates: list[UpdateOut] = Field(description="Newest first.")
    components: list[str]
    spans: list[SpanOut]
    postmortem: PostmortemOut | None
    breach: BreachOut | None
    backfilled: bool
    merged_into: str | None
    linked: list[str]
    flags: list[str]
    audiences: list[str]
    revision: str
    is_open: bool


class DraftOut(Schema):
    uid: str
    kind: Kind
    name: str
    state: State
    origin: str
    opened_for: str
    started_at: datetime
    created_at: datetime
    confirm_at: datetime | None
    by: str


class ProposalOut(Schema):
    update_uid: str
    uid: str
    name: str
    state: State
    body: str
    by: str
    at: datetime


class MonthCountOut(Schema):
    year: int
    month: int
    count: int


class MacroOut(Schema):
    """Support's ready answer; `revision` is that of the page it was made from."""

    text: str
    html: str
    revision: str


class MadeOut(Schema):
    """What was done. `is_public` is false for a draft, and where another person must approve."""

    uid: str
    update: str | None = Field(None, description="The update's uid, where one was written.")
    is_public: bool
    revision: str


class BreachRowOut(Schema):
    uid: str
    name: str
    is_public: bool
    aware_at: datetime
    due_at: datetime
    noticed_at: datetime | None
    in_time: bool | None
    delay_reason: str
    facts: str
    people: int | None
    records: int | None
    scope_note: str
    consequences: str
    fixes: str
    prevention: str
    notices: int
    people_told_at: datetime | None
