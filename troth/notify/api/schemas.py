"""The shapes of what is asked and answered. Addresses are shown in part; the export has them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from troth.core.moments import Cursor, Limit
from troth.core.refusals import Refusal
from troth.notify import topics
from troth.notify.models import Subscription
from troth.notify.queries.readers import Sieve, wish_of
from troth.notify.rules import families
from troth.notify.rules.events import Severity
from troth.notify.rules.wishes import Wish, clock_of, minute

State = Literal["asked", "active", "paused", "quarantined", "ended"]
Floor = Literal["none", "minor", "major", "critical"]
Pace = Literal["at once", "daily", "weekly"]
# Names in queries: nothing else can be found, and no database is asked about a NUL.
CHANNEL, SLUG = r"^[a-z0-9_-]{0,40}$", r"^[a-z0-9-]{0,100}$"
_PART, _PLAIN = r"^([a-z]+:[A-Za-z0-9_.-]{1,100})?$", r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_LANGUAGE = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?)?$"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class SubscriberOut(Schema):
    uid: str
    channel: str
    address: str = Field(description="Most of it hidden; the export has it whole.")
    state: State
    page: str = Field(description="Slug; empty is the main page.")
    audience: str
    events: list[str] = Field(description="Families such as incidents, or single events.")
    parts: list[str] = Field(description="Keys of parts; none is everything.")
    floor: Floor
    pace: Pace
    quiet_from: str
    quiet_until: str
    zone: str
    language: str
    asked_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_how: str
    paused_until: datetime | None
    note: str


class SubscribersOut(Schema):
    """A part of the list, the newest first. `next` is the cursor of the following part."""

    items: list[SubscriberOut]
    next: str | None


class CountOut(Schema):
    channel: str
    state: State
    subscribers: int
    counted_at: datetime | None = Field(description="Null: just now.")


class TopicOut(Schema):
    key: str
    name: str
    kind: str
    inside: str = Field(description="Key of the group it stands in.")


class Filter(Schema):
    state: State | None = None
    channel: str = Field("", pattern=CHANNEL)
    page: str | None = Field(None, pattern=SLUG, description="Slug; empty is the main page.")
    part: str = Field("", pattern=_PART)
    language: str = Field("", pattern=_LANGUAGE)
    address: str = Field("", max_length=2_000, description="The whole address.")
    cursor: Cursor | None = None
    limit: Limit = 50

    def sieve(self, contact: int | None) -> Sieve:
        return Sieve(
            state=self.state or "", channel=self.channel, language=self.language, page=self.page,
            key=self.part, contact=contact,
        )  # fmt: skip


class WishIn(Schema):
    """What a reader wants. What is left out of a change stays as it was."""

    events: list[str] | None = Field(None, min_length=1, max_length=40)
    parts: list[str] | None = Field(None, max_length=500)
    floor: Floor | None = None
    pace: Pace | None = None
    quiet_from: str | None = Field(None, pattern=f"{_TIME}|^$")
    quiet_until: str | None = Field(None, pattern=f"{_TIME}|^$")
    zone: str | None = Field(None, max_length=60)
    language: str | None = Field(None, max_length=10)

    def applied(self, wish: Wish) -> Wish:
        """Return a wish with what was asked of it. Refuses with 422."""
        asked: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("pace", "zone", "language")
            if getattr(self, name) is not None
        }
        if self.events is not None:
            asked["events"] = _bits(self.events)
        if self.parts is not None:
            asked["keys"] = _keys(self.parts, wish.page)
        if self.floor is not None:
            asked["floor"] = Severity[self.floor.upper()]
        for name in ("quiet_from", "quiet_until"):
            if (given := getattr(self, name)) is not None:
                asked[name] = minute(given)
        return replace(wish, **asked)


class SubscriberIn(WishIn):
    """Somebody new. Without `proof` the address is asked by a message whether it was meant."""

    channel: str = Field(max_length=40)
    address: str = Field(min_length=1, max_length=2_000)
    page: str = Field("", max_length=100)
    proof: str = Field(
        "",
        max_length=500,
        pattern=_PLAIN,
        description="What you know of their consent; it begins at once.",
    )
    owner: str = Field(
        "",
        max_length=320,
        description="Mail address that is told when a program or a room is not reached any more.",
    )


class PauseIn(Schema):
    until: datetime | None = Field(None, description="Null: until it goes on.")


class ImportIn(Schema):
    subscribers: list[dict[str, Any]] = Field(max_length=1_000)
    proof: str = Field(
        "", max_length=500, pattern=_PLAIN, description="For those who come without their own."
    )
    events: list[str] = Field(["incidents", "maintenance"], min_length=1, max_length=40)
    page: str = Field("", max_length=100)
    dry_run: bool = False


class RefusedOut(Schema):
    line: int
    reason: str


class BroughtOut(Schema):
    brought: int
    asked: int
    known: int
    left: int
    ended: int
    refused: int
    lines: list[RefusedOut]
    stopped: RefusedOut | None = Field(
        None, description="Where and why it could not go on; what stands before it is kept."
    )


class SuppressionOut(Schema):
    id: int
    channel: str
    address: str
    reason: str
    said: str
    at: datetime


class SuppressionsOut(Schema):
    items: list[SuppressionOut]
    next: str | None


class SuppressionIn(Schema):
    channel: str = Field(max_length=40)
    address: str = Field(min_length=1, max_length=2_000)
    said: str = Field("", max_length=500, pattern=_PLAIN, description="Why.")


def _bits(names: Sequence[str]) -> int:
    try:
        return families.bits(names)
    except ValueError as error:
        raise Refusal(422, str(error), field="events") from None


def _keys(asked: Sequence[str], page: str) -> tuple[str, ...]:
    known = {topic.key for topic in topics.of(page, "en")}
    for key in asked:
        if key not in known:
            raise Refusal(422, f"there is no part “{key[:60]}”", field="parts")
    return tuple(asked)


def shown(row: Subscription, keys: Sequence[str]) -> dict[str, Any]:
    """Return a subscription as `SubscriberOut` has it."""
    wish = wish_of(row, keys)
    return {
        "uid": row.uid, "channel": row.contact.channel, "address": row.contact.shown,
        "state": row.state, "page": row.page, "audience": row.audience,
        "events": families.names(row.events), "parts": list(keys),
        "floor": wish.floor.name.lower(), "pace": row.pace,
        "quiet_from": clock_of(row.quiet_from), "quiet_until": clock_of(row.quiet_until),
        "zone": wish.zone, "language": wish.language, "asked_at": row.asked_at,
        "confirmed_at": row.confirmed_at, "ended_at": row.ended_at, "end_how": row.end_how,
        "paused_until": row.paused_until, "note": row.note,
    }  # fmt: skip
