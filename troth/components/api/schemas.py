"""The shapes of answers. Shares are 0..1, durations seconds, instants UTC."""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated

from ninja import Schema
from pydantic import BeforeValidator, Field

from troth.components.rules.results import Cause, Status


def _number(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value


Number = Annotated[float, BeforeValidator(_number)]


class ComponentOut(Schema):
    uid: str = Field(description="Twelve letters and digits, for ever.")
    slug: str
    name: str
    description: str
    group: str | None = Field(description="The uid of its group.")
    position: int
    status: Status
    since: datetime | None = Field(description="Null: for longer than is shown.")
    cause: Cause | None = Field(description="Who says so.")
    note: str = Field(description="A person's word.")
    until: datetime | None = Field(description="When a person's word or a maintenance ends.")
    last_known: Status | None = Field(description="Where there is no data: what it was before.")
    third_party: bool
    only_if_degraded: bool
    start_date: date | None
    audiences: list[str] = Field(description="Empty: everybody.")
    promise: str = Field(description="The slug of its uptime promise.")
    monitors: list[str]
    share: Number | None = Field(description="Uptime of 90 days; null where nothing is known.")
    created_at: datetime
    updated_at: datetime


class ComponentGroupOut(Schema):
    uid: str
    slug: str
    name: str
    description: str
    parent: str | None
    position: int
    status: Status = Field(description="The worst of its components.")
    components: list[str] = Field(description="Their uids, in order.")


class ComponentDayOut(Schema):
    date: date
    worst: Status
    share: Number | None
    seconds: dict[Status, int] = Field(description="So many seconds in each status.")


class ConditionOut(Schema):
    """A time in which the same held of a component; the end is exclusive."""

    starts_at: datetime
    ends_at: datetime
    status: Status
    cause: Cause | None
    refs: list[str] = Field(description="All who said that something was wrong.")
    note: str
    announced: bool


class CausedOut(Schema):
    ref: str
    seconds: Number


class DowntimeOut(Schema):
    """How long it was down in a span, weighted by the declared formula."""

    known: int = Field(description="Seconds of which anything is known.")
    silent: int = Field(description="Seconds without data: neither up nor down.")
    down: Number
    raw: Number = Field(description="As if no maintenance had been announced.")
    share: Number | None
    raw_share: Number | None
    caused_by: list[CausedOut] = Field(description="Sources that overlap count each.")


class WordOut(Schema):
    ref: str
    status: Status
    note: str
    by: str
    starts_at: datetime
    ends_at: datetime | None
    recorded_at: datetime


class FormulaOut(Schema):
    number: int = Field(description="0: nobody declared one, the usual weights hold.")
    effective_from: datetime | None
    author: str
    reason: str
    sentences: list[str]
    major: Number
    partial: Number
    degraded: Number
    maintenance: Number
    unannounced: Number
