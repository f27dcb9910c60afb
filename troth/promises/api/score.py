"""The score: asked for any day, its history, why it moved, its rules, and deceptions."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.moments import Instant
from troth.core.refusals import Refusal
from troth.core.shapes import Moment
from troth.promises import scored
from troth.promises.actions import ruling
from troth.promises.api import found, score_schemas
from troth.promises.models import IntegrityEvent
from troth.promises.queries import rulebook, scores
from troth.promises.queries.felt import felt
from troth.promises.scoring import exporting
from troth.promises.scoring.attributing import NothingToCompareError
from troth.promises.scoring.documents import Signing
from troth.promises.scoring.stored import IntegrityRow, StoredScore
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"))
Scope = Literal["public", "all"]
LocalDay = Annotated[date, Field(ge=date(1971, 1, 1), le=date(2199, 12, 31))]
_LONGEST = timedelta(days=400)


class ScoreMoment(Moment):
    scope: Scope = "public"


class Between(Schema):
    """Two instants, and what had been recorded by then: now, without `as_of`."""

    start: Instant
    end: Instant | None = None
    as_of: Instant | None = None
    scope: Scope = "public"


class Days(Schema):
    since: LocalDay | None = None
    until: LocalDay | None = None
    scope: Scope = "public"
    every: bool = Field(False, description="Also what a day was before it was counted again.")


class RulesIn(Schema):
    """A document of kind ScoreRules, and why it is declared now."""

    document: dict[str, Any]
    reason: str = Field("", max_length=2000)


class EventIn(Schema):
    """A deception, signed: everyone will read it."""

    name: str = Field(max_length=100, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
    kind: Literal["concealment", "restatement", "exclusion"]
    promise: str = Field("", max_length=100)
    happened_on: LocalDay
    summary: str = Field(min_length=1, max_length=2000)
    evidence: str = Field("", max_length=2000)
    signed_by: str = Field(min_length=1, max_length=200)


class Explanation(Schema):
    reason: str = Field(min_length=1, max_length=2000)


@router.get("/score", response=score_schemas.ScoreOut)
def show_score(request: HttpRequest, asked: Query[ScoreMoment]) -> dict[str, Any]:
    """Show the score of the last day that was over: by pillar, by promise, with its interval."""
    held = scores.score(at=asked.at, as_of=asked.as_of, scope=asked.scope)
    end = scores.end_of(held.day)
    answers = felt(scores.constants_at(end, asked.as_of).felt, at=end, as_of=asked.as_of)
    return scored.told(held, answers)


@router.get("/score/days", response=list[score_schemas.StoredOut])
def list_scores(request: HttpRequest, asked: Query[Days]) -> list[StoredScore]:
    """List the scores as they were stored, oldest first; 90 days without `since`, 400 at most."""
    until = asked.until or date.fromordinal(scores.day_of(clock.now()))
    since = asked.since or until - timedelta(days=90)
    if until - since > _LONGEST:
        raise Refusal(422, "at most 400 days at once", field="since")
    return scores.history(since=since, until=until, scope=asked.scope, every=asked.every)


@router.get("/score/attribution", response=score_schemas.AttributionOut, by_alias=True)
def show_attribution(request: HttpRequest, asked: Query[Between]) -> dict[str, Any]:
    """Show why the score moved: by promise, cause, segment and day, each with its cases."""
    end = asked.end or clock.now()
    if asked.start >= end:
        raise Refusal(422, "must be before the end", field="start")
    try:
        moved = scores.attribution(start=asked.start, end=end, as_of=asked.as_of, scope=asked.scope)
    except NothingToCompareError as problem:
        raise Refusal(404, str(problem)) from None
    return scored.told_moves(moved)


@router.get("/score/promises/{slug}", response=list[score_schemas.PartedOut])
def show_segments(request: HttpRequest, slug: str, asked: Query[Moment]) -> list[dict[str, Any]]:
    """Show what is believed of each segment of a promise, the one that costs most first.

    Empty before its first case; two strands while failures were allowed and then none, or before.
    """
    found.row(slug)
    return [scored.told_parts(one) for one in scores.parted(slug, at=asked.at, as_of=asked.as_of)]


@router.get("/score/data", response=dict[str, Any])
def show_data(request: HttpRequest, asked: Query[ScoreMoment]) -> dict[str, Any]:
    """Show the score with all that it is computed from, as recompute.py reads it."""
    return scores.export(at=asked.at, as_of=asked.as_of, scope=asked.scope)


@router.get("/score/rules", response=list[score_schemas.RulesOut])
def list_rules(request: HttpRequest) -> list[dict[str, Any]]:
    """List every version of the weights and constants, newest first; the last is as shipped."""
    return [
        {
            "number": row.number, "author": row.author, "reason": row.reason,
            "created_at": row.created_at, "document": row.document,
            "constants": msgspec.to_builtins(exporting.constants_document(row.constants)),
        }
        for row in rulebook.rulebook()
    ]  # fmt: skip


@router.put("/score/rules", response=list[score_schemas.RulesOut], auth=ApiKey("write"))
def declare_rules(request: HttpRequest, asked: RulesIn) -> list[dict[str, Any]]:
    """Declare weights and constants from now on. Days before keep theirs."""
    found.understood(
        lambda: ruling.declare_rules(
            spec=asked.document,
            author=request.auth,  # type: ignore[attr-defined]
            reason=asked.reason,
            now=clock.now(),
        )
    )
    return list_rules(request)


@router.get("/integrity-events", response=list[score_schemas.IntegrityOut])
def list_events(request: HttpRequest) -> list[IntegrityRow]:
    """List deceptions, found or signed, withdrawn ones too, newest first."""
    return rulebook.integrity_events()


@router.post("/integrity-events", response={201: score_schemas.IntegrityOut}, auth=ApiKey("write"))
def sign_event(request: HttpRequest, asked: EventIn) -> Status[IntegrityRow]:
    """Sign that something was concealed, restated or excluded in silence."""
    row = found.understood(
        lambda: ruling.sign_event(
            signing=Signing(**asked.dict()),
            author=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        )
    )
    return Status(201, _event(row.pk))


@router.post(
    "/integrity-events/{number}/withdrawal",
    response=score_schemas.IntegrityOut,
    auth=ApiKey("write"),
)
def withdraw_event(request: HttpRequest, number: int, asked: Explanation) -> IntegrityRow:
    """Explain a deception publicly: from now on it does not count, and the list keeps both."""
    if not IntegrityEvent.objects.filter(pk=number).exists():
        raise Refusal(404, f"there is no integrity event {number}")
    found.understood(
        lambda: ruling.withdraw_event(
            event=number,
            why=asked.reason,
            author=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        )
    )
    return _event(number)


def _event(number: int) -> IntegrityRow:
    return found.numbered(rulebook.integrity_events(), number, "integrity event")
