"""What was reported, as JSON. Addresses are hidden as on the desk's list."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from troth.core.paging import Paged
from troth.core.refusals import Refusal
from troth.feedback import queries
from troth.feedback.queries import Choice, Row
from troth.staff.access import ApiKey

# Who reads reports reads what people wrote: a token that may write, as support does on the desk.
WRITE = ApiKey("write")
router = Router(tags=["feedback"])


class Filter(Schema):
    kind: Literal["", "problem", "question", "comment"] = ""
    state: Literal["", "open", "answered", "closed"] = ""
    component: str = Field("", max_length=12, description="Its uid.")
    incident: str = Field("", max_length=12, description="Its uid.")
    cursor: str | None = Field(None, max_length=200)
    limit: int = Field(50, ge=1, le=200)


class ReportOut(Schema):
    uid: str
    kind: str
    state: str
    component: str = Field(description="Uid; empty where none was named.")
    text: str
    reader: str = Field(description="The address with most of it hidden; empty: none.")
    language: str
    incident: str = Field(description="Uid of the incident that it is, if any.")
    created_at: datetime
    due_at: datetime | None = Field(description="By when we answer; null: no address was given.")
    answered_at: datetime | None


class ReportsOut(Schema):
    items: list[ReportOut]
    next: str | None


@router.get("/feedback", response=ReportsOut, auth=WRITE)
def list_reports(request: HttpRequest, asked: Query[Filter]) -> Paged[Row]:
    """List what customers reported, the newest first."""
    chosen = asked.dict(exclude={"cursor", "limit"})
    return queries.inbox(Choice(**chosen), after=asked.cursor, limit=asked.limit)


@router.get("/feedback/{uid}", response=ReportOut, auth=WRITE)
def show_report(request: HttpRequest, uid: str) -> Row:
    """Show one report."""
    found = queries.one(uid)
    if found is None:
        raise Refusal(404, f"there is no report {uid[:60]}")
    return found.row
