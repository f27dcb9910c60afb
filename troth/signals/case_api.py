"""What came in, as JSON: sources, kinds, cases and everything said about one of them."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from troth.core import clock
from troth.core.moments import Cursor, Instant, Limit, Moments
from troth.core.refusals import Refusal
from troth.core.shapes import Listed
from troth.signals import finding, overview, queries
from troth.signals.case_schema import CaseOut
from troth.signals.store import Row
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"), tags=["signals"])
_PLAIN = r"^[^\x00-\x1f\x7f]*$"  # what a key, a source or a kind may be made of


class HeardOut(Schema):
    """A source or kind, and how many cases were recorded on each of 90 UTC days, today last."""

    name: str
    last_at: datetime | None
    total: int
    days: list[int]


class InboxOut(Schema):
    """What is accepted and on disk, and waits to be sealed into the store."""

    batches: int
    signals: int
    bytes: int
    oldest: datetime | None


class CaseFilter(Schema):
    source: str = Field("", max_length=100, pattern=_PLAIN)
    kind: str = Field("", max_length=100, pattern=_PLAIN)
    search: str = Field("", max_length=200, pattern=_PLAIN, description="Part of the case's key.")
    where: str = Field(
        "",
        max_length=2000,
        description="A condition: segment.plan = 'pro'",
        json_schema_extra={"format": "condition"},
    )
    flagged: str = Field("", pattern="^(resolved-before-happened|future)?$")
    as_of: Instant | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


@router.get("/sources", response=list[HeardOut])
def list_sources(request: HttpRequest) -> Sequence[overview.Heard]:
    """List the sources, when each was heard last, and how much it said by day."""
    return overview.sources(now=clock.now())


@router.get("/kinds", response=list[HeardOut])
def list_kinds(request: HttpRequest) -> Sequence[overview.Heard]:
    """List the kinds of signals, when each was heard last, and how many by day."""
    return overview.kinds(now=clock.now())


@router.get("/inbox", response=InboxOut)
def show_inbox(request: HttpRequest) -> queries.InboxDepth:
    """Show what is accepted and waits to be sealed."""
    return queries.inbox_depth()


@router.get("/cases", response=Listed[CaseOut])
def list_cases(request: HttpRequest, asked: Query[CaseFilter]) -> dict[str, object]:
    """List cases, each in the version that counts, newest first."""
    wishes = asked.dict(include={"source", "kind", "search", "where", "flagged"})
    try:
        chosen = finding.chosen(wishes, Moments(as_of=asked.as_of))
    except ValueError as error:
        raise Refusal(422, str(error), field="where") from error
    try:
        page = queries.store().cases(chosen, after=asked.cursor, limit=asked.limit)
    except ValueError as error:
        raise Refusal(422, str(error), field="cursor") from error
    return {"items": page.cases, "next": page.next, "total": page.total}


@router.get("/case", response=list[CaseOut])
def show_case(request: HttpRequest, source: str, key: str) -> Sequence[Row]:
    """List everything that was said about one case, in the order in which it was recorded."""
    history = queries.store().history(source=source, key=key)
    if not history:
        raise Refusal(404, "there is no such case")
    return history
