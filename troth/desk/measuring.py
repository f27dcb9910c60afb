"""What an address asks of a metric's page, and the days that answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from troth.core import clock
from troth.core.moments import Moments, looking_back
from troth.core.windows import Span
from troth.metrics.drift.daily import Day, How, Rolled, fewest, rolled, scatter
from troth.metrics.queries import daily
from troth.metrics.queries.daily import Kept, Only
from troth.metrics.reading import attribute, value_of
from troth.metrics.rules import MeasureError
from troth.metrics.sketches import Percentiles

DAYS = (28, 90, 180, 365, 1095)
OVER = (1, 7, 28)  # days that a point may look back on
_USUAL = 180


@dataclass(frozen=True)
class Asked:
    """Which metric, over which days, of which part, as of when.

    `by` is the attribute that splits the table, `only` the part that is shown alone. `over` is on
    how many days a point looks back, 0 where the days themselves are to say. `problem` says in
    plain words what of the address could not be meant.
    """

    one: Kept
    moments: Moments
    now: datetime
    days: int
    over: int
    by: str
    only: Only | None
    problem: str = ""
    keep: dict[str, str] = field(default_factory=dict)

    @cached_property
    def span(self) -> Span:
        return daily.span_of(self.one, days=self.days, until=self.moments.at or self.now)

    @cached_property
    def counted(self) -> list[Day]:
        """Return the days of the span on which a case came."""
        return daily.days(self.one, self.span, only=self.only)

    @cached_property
    def how(self) -> How:
        plain = self.one.how
        floor = daily.floor_of(self.spread)
        return replace(plain, scatter=scatter(self.counted, plain), floor=floor)

    @cached_property
    def spread(self) -> Percentiles | None:
        """Return how the single values of the span are spread, where the metric keeps that."""
        return daily.spread(self.one, self.span, only=self.only)

    @cached_property
    def looks_back(self) -> int:
        return self.over or fewest(self.counted, self.how, OVER)

    @cached_property
    def points(self) -> list[Rolled]:
        return rolled(self.counted, self.how, over=self.looks_back)

    @property
    def query(self) -> str:
        """Return what of the address stays for links to the same part, with its instants."""
        pairs = urlencode(self.keep)
        return "&".join(part for part in (pairs, self.moments.query) if part)

    def cases_url(self, day: date | None = None, only: Mapping[str, str] | None = None) -> str:
        """Return where the cases are: of a day, of all, or of one part (`by` and `is`)."""
        pairs = {**self.keep, **(only or {}), **({"day": day.isoformat()} if day else {})}
        query = "&".join(part for part in (urlencode(pairs), self.moments.query) if part)
        return f"{reverse('desk:metric_cases', args=[self.one.name])}?{query}"


def asked(request: HttpRequest, name: str) -> Asked:
    """Read what an address asks of a metric that is kept tallied. Raises Http404."""
    found = daily.kept([name])
    if not found:
        raise Http404("no metric of this name is counted")
    one, get = found[0], request.GET.get
    by, problem = _attribute(one, get("by", ""))
    only = None
    if by and "is" in request.GET:
        try:
            only = (by, value_of(by, get("is", "")))
        except MeasureError as error:
            problem = str(error)
    days, over = _number(get("days", ""), DAYS, _USUAL), _number(get("over", ""), OVER, 0)
    keep = {"days": str(days), **({"over": str(over)} if over else {})}
    keep |= {"by": only[0], "is": only[1] or ""} if only else {}
    return Asked(
        one, looking_back(request.GET), clock.now(), days, over,
        by or next(iter(one.attributes), ""), only, problem, keep,
    )  # fmt: skip


def _attribute(one: Kept, name: str) -> tuple[str, str]:
    """Return the attribute that is asked for, or "" and why it cannot be one."""
    if not name or name in one.attributes:
        return name, ""
    try:
        attribute(name[:40])
    except MeasureError as error:
        return "", str(error)
    return "", f"“{name[:40]}” splits nothing here; {_splits(one.attributes)}"


def _splits(names: Sequence[str]) -> str:
    if not names:
        return "this metric is split by nothing (by: in its file)"
    return f"this metric is split by {', '.join(names)}"


def _number(text: str, among: Sequence[int], usual: int) -> int:
    return int(text) if text.isdecimal() and len(text) < len("10000") and int(text) in among \
        else usual  # fmt: skip
