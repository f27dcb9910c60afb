"""Reports that were made: found, and given away as they were written."""

from importlib.util import find_spec

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from troth.desk.models import Report
from troth.desk.reporting import telling
from troth.desk.reporting.sections import day, moment


def reports(*, kind: str = "", search: str = "") -> "QuerySet[Report]":
    """Return the reports there are without what they say, the newest first."""
    rows = Report.objects.defer("content")
    if kind in telling.NAMES:
        rows = rows.filter(kind=kind)
    words = search.strip()[:100].replace("\0", "")
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(about__icontains=words))
    return rows


def found(uid: str) -> Report | None:
    return Report.objects.filter(uid=uid).first()


def address(row: Report) -> str:
    """Return where the desk shows a report."""
    return f"{settings.TROTH.base_url}{reverse('desk:report', args=[row.uid])}"


def draws() -> bool:
    """Say whether what draws PDF is installed: the extra `pdf` (docs/decisions/040-pdf.md)."""
    return find_spec("reportlab") is not None


def told(row: Report) -> str:
    """Return of whom and when a report is, and as known when, in one line."""
    days = f"{day(str(row.starts_on))} to {day(str(row.ends_on))} ({row.zone})"
    known = moment(row.content["as_of"], row.zone)
    return f"{settings.TROTH.organisation}, {days}, as known at {known}"


def pdf(row: Report) -> bytes:
    """Return a report on paper. Only where `draws`."""
    from troth.desk.reporting import paper

    return paper.pdf(
        title=row.title, told=told(row), sections=telling.sections(row.content),
        source=f"{address(row)} · {row.digest}",
    )  # fmt: skip


def file_name(row: Report, ending: str) -> str:
    return f"{row.kind}-{row.starts_on.isoformat()}.{ending}"
