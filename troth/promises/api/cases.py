"""The cases behind each number of a promise."""

from datetime import date

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from troth.core.moments import Cursor, Instant, Limit, Moments
from troth.core.refusals import Refusal
from troth.core.shapes import Listed
from troth.promises import cases
from troth.promises.api import found
from troth.promises.api.found import Slug
from troth.promises.api.reading import split_by
from troth.signals.case_schema import CaseOut
from troth.signals.store import CasePage
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"))
_PLAIN = r"^[^\x00-\x1f\x7f]*$"


class CaseFilter(Schema):
    part: str = Field(
        "judged", pattern=r"^(judged|kept|broken|pending|no_promise|excluded:[a-z0-9-]{1,60})$"
    )
    window: str | None = Field(None, max_length=12)
    search: str = Field("", max_length=200, pattern=_PLAIN, description="Part of the case's key.")
    by: str = Field("", max_length=40, description="An attribute the promise is split by …")
    value: str = Field(
        "", max_length=100, pattern=_PLAIN, description="… and what it must be; empty: absent."
    )
    day: date | None = Field(None, description="One local day of the window.")
    at: Instant | None = None
    as_of: Instant | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


@router.get("/promises/{slug}/cases", response=Listed[CaseOut])
def list_cases(request: HttpRequest, slug: Slug, asked: Query[CaseFilter]) -> dict[str, object]:
    """List the cases behind a number of a window (default: the headline), newest first."""
    standing = found.one(slug, at=asked.at, as_of=asked.as_of)
    names = [one.window for one in standing.windows]
    if asked.window and asked.window not in names:
        raise Refusal(422, f"no such window; there are {', '.join(names)}", field="window")
    if asked.by:
        split_by(standing, asked.by)
    which = cases.Asked(
        slug, asked.part, asked.window, asked.search, asked.by, asked.value, asked.day
    )
    return listed(_page(which, asked))


def listed(page: CasePage) -> dict[str, object]:
    """Return a page of cases in the shape of every list."""
    return {"items": page.cases, "next": page.next, "total": page.total}


def _page(which: cases.Asked, asked: CaseFilter) -> CasePage:
    moments = Moments(asked.at, asked.as_of)
    try:
        return cases.page(which, moments, after=asked.cursor, limit=asked.limit)
    except ValueError as error:
        raise Refusal(422, str(error)) from error
