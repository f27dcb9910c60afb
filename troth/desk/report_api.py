"""Reports as JSON and PDF: those that were made, and making one by hand."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.paging import Paged, part
from troth.core.refusals import Refusal
from troth.core.shapes import Listed, Pages
from troth.desk.models import Report
from troth.desk.reporting import kept, making
from troth.staff.access import ApiKey

router = Router(tags=["reports"], auth=ApiKey("read"))
Kind = Literal["weekly", "monthly", "quarterly"]


class MadeReportOut(Schema):
    """One report of a week, month or quarter; what it says never changes."""

    uid: str
    kind: Kind
    about: str = Field(description="The account that it is of; empty: all.")
    title: str
    first_day: date
    last_day: date
    zone: str
    made_at: datetime
    digest: str
    url: str = Field(description="Where the desk shows it.")


class WholeMadeReportOut(MadeReportOut):
    content: dict[str, Any] = Field(description="All its figures, and the instant they are of.")


class ReportsAsked(Pages):
    kind: Kind | None = None
    search: str = Field("", max_length=100, description="In the title or the account.")


class ReportWanted(Schema):
    kind: Kind
    day: date | None = Field(
        None, description="A day in it. Default: the last one whose report is due."
    )


@router.get("/reports", response=Listed[MadeReportOut])
def list_reports(request: HttpRequest, asked: Query[ReportsAsked]) -> Paged[dict[str, Any]]:
    """List the reports there are, the newest first."""
    rows = [_told(row) for row in kept.reports(kind=asked.kind or "", search=asked.search)]
    return part(rows, name=lambda row: str(row["uid"]), cursor=asked.cursor, limit=asked.limit)


@router.get("/reports/{uid}", response=WholeMadeReportOut)
def show_report(request: HttpRequest, uid: str) -> dict[str, Any]:
    """Show one report with all its figures."""
    row = _found(uid)
    return {**_told(row), "content": row.content}


@router.get("/reports/{uid}/report.pdf")
def show_report_on_paper(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one report as PDF, where the extra `pdf` is installed."""
    row = _found(uid)
    if not kept.draws():
        raise Http404("the extra “pdf” is not installed")
    return HttpResponse(kept.pdf(row), content_type="application/pdf")


@router.post("/reports", response={200: MadeReportOut, 201: MadeReportOut}, auth=ApiKey("write"))
def make_report(request: HttpRequest, wanted: ReportWanted) -> Status[dict[str, Any]]:
    """Make the report of the week, month or quarter that holds a day, as it is known now.

    One that was made stays as it is and is answered with 200. Of a quarter it is the list of all
    accounts.
    """
    try:
        row, is_new = making.make_one(
            kind=wanted.kind, day=wanted.day, now=clock.now(),
            by=request.auth,  # type: ignore[attr-defined]
        )  # fmt: skip
    except making.ReportError as error:
        raise Refusal(422, str(error), field="day") from None
    return Status(201 if is_new else 200, _told(row))


def _told(row: Report) -> dict[str, Any]:
    return {
        "uid": row.uid, "kind": row.kind, "about": row.about, "title": row.title,
        "first_day": row.starts_on, "last_day": row.ends_on, "zone": row.zone,
        "made_at": row.made_at, "digest": row.digest, "url": kept.address(row),
    }  # fmt: skip


def _found(uid: str) -> Report:
    row = kept.found(uid)
    if row is None:
        raise Http404("there is no report of this id")
    return row
