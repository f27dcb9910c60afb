"""All incidents: what waits, what is open, and every one that was, to search and to filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.incidents import queries
from troth.incidents.models import Incident
from troth.incidents.queries.choosing import chosen
from troth.incidents.queries.showing import shown
from troth.incidents.rules.results import Kind
from troth.incidents.views import found
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_PAGE = 50
_KINDS = {"": "Everything", "incident": "Incidents", "maintenance": "Maintenance",
          "breach": "Breaches"}  # fmt: skip
_OPEN = {"": "All", "yes": "Open", "no": "Over"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was asked for, as it stands in the address."""

    search: str = ""
    kind: str = ""
    open: str = ""
    month: str = ""

    @property
    def is_all(self) -> bool:
        return not (self.search or self.kind or self.open or self.month)

    @property
    def choice(self) -> queries.Choice:
        since, until = _bounds(self.month)
        return queries.Choice(
            audience=queries.STAFF, text=self.search, since=since, until=until,
            kinds=(Kind(self.kind),) if self.kind else (),
            is_open={"yes": True, "no": False}.get(self.open),
        )  # fmt: skip

    @property
    def export(self) -> str:
        """Return the same question for the API's export."""
        choice = self.choice
        said = {
            "search": self.search, "kind": self.kind, "open": self.open and str(choice.is_open),
            "since": choice.since.isoformat() if choice.since else "",
            "until": choice.until.isoformat() if choice.until else "",
        }  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what waits and what is open first, then every incident, newest first."""
    asked, now = _asked(request.GET), clock.now()
    page = Paginator(chosen(asked.choice), _PAGE).get_page(request.GET.get("page"))
    is_first = asked.is_all and page.number == 1
    context = {
        "asked": asked,
        "now": now,
        "page": page,
        "rows": shown(cast("QuerySet[Incident]", page.object_list)),
        "kinds": _KINDS,
        "opens": _OPEN,
        "months": queries.months(audience=queries.STAFF)[:120],
        "open_ones": queries.open_ones(audience=queries.STAFF) if is_first else [],
        "drafts": queries.drafts() if is_first else [],
        "proposals": queries.proposals() if is_first else [],
        "may_draft": found.drafts(request),
    }
    return render(request, page_or_part(request, "incidents/index.html", part="rows"), context)


def _asked(values: Mapping[str, str]) -> Asked:
    """Read the question; what cannot be read is left out."""
    month = values.get("month", "")
    kind, is_open = values.get("kind", ""), values.get("open", "")
    return Asked(
        search=values.get("search", "").strip()[:200],
        kind=kind if kind in _KINDS else "",
        open=is_open if is_open in _OPEN else "",
        month=month if _bounds(month)[0] else "",
    )


def _bounds(month: str) -> tuple[datetime | None, datetime | None]:
    """Return the local month "2026-03" as (from, before)."""
    year, _, number = month.partition("-")
    if not (year.isdecimal() and number.isdecimal() and len(month) == len("2026-03")):
        return None, None
    if not (1971 <= int(year) <= 2199 and 1 <= int(number) <= 12):  # noqa: PLR2004 - years, months
        return None, None
    place = ZoneInfo(settings.TROTH.time_zone)
    first = datetime(int(year), int(number), 1, tzinfo=place)
    following = first.replace(day=28) + timedelta(days=4)
    return first, following.replace(day=1)
