"""Who met broken promises, what became of them, and how that compares: an association."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.desk import tables
from troth.desk.views.outcomes import days_of, evening, moments_of, state, zone_name
from troth.metrics import shelving
from troth.metrics.outcomes.results import Figure, Outcome
from troth.metrics.queries.shelved import Answer, breakable, broken_by
from troth.metrics.rules import Measure
from troth.metrics.shelf import Question, last_days
from troth.staff.access import requires
from troth.ui.sheets import table_file
from troth.ui.shortcuts import page_or_part

_DAYS = (90, 180, 365)
_NAMES = ("exposure", "trust_link", "broken_cost")


@dataclass(frozen=True, slots=True)
class Band:
    """Customers who met so many broken promises: how many, who came back, how often."""

    name: str
    returned: Figure
    orders: Figure


@dataclass(frozen=True, slots=True)
class Effect:
    """A comparison that stands beside the figure, with its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def is_apart(self) -> bool:
        """Return whether the interval leaves out that there is no difference."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@require_safe
@requires("viewer")
def show(request: HttpRequest) -> HttpResponseBase:
    """Show customers by how many broken promises they met, and what became of them."""
    now, days, moments = clock.now(), days_of(request, usual=365), moments_of(request)
    at = evening(moments)
    days = days if days in _DAYS else _DAYS[-1]
    by = request.GET.get("promise", "")[:200]
    broken = broken_by(by) if by else None
    if by and broken is None:
        raise Http404("no cases of this touchpoint can be met by a customer")
    answers = shelving.ask(_asked(days, broken, at), now=now)
    found, link, price = (next(iter(one.outcomes), None) for one in answers)
    if "format" in request.GET and not moments.problem:
        rows = tables.outcomes([one for one in (found, link, price) if one])
        return table_file("exposure", request.GET["format"], tables.OUTCOMES, rows)
    context = {
        "days": days, "choices": _DAYS, "promise": by, "promises": breakable(),
        "span": last_days(days, zone_name(), now=at or now), "moments": moments, "price": price,
        "keep": {"days": days, "promise": by}, "found": found, "link": link,
        "bands": _bands(found), "problem": _problem(answers), **state(answers), **_compared(link),
    }  # fmt: skip
    template = page_or_part(request, "desk/insight/exposure.html", part="exposure")
    return render(request, template, context)


def _asked(days: int, broken: Measure | None, at: datetime | None) -> list[Question]:
    return [
        Question(name=name, zone=zone_name(), days=days, broken=broken, at=at) for name in _NAMES
    ]


def _bands(found: Outcome | None) -> list[Band]:
    """Return the bands: parts come in pairs, who came back and how often each."""
    parts = found.parts if found else ()
    return [
        Band(back.name.partition(" ")[0], back.figure, often.figure)
        for back, often in zip(parts[::2], parts[1::2], strict=True)
    ]  # fmt: skip


def _problem(answers: Sequence[Answer]) -> str:
    return next((one.problem for one in answers if one.problem), "")


def _compared(link: Outcome | None) -> dict[str, object]:
    """Return the comparisons of the association; nothing where there are too few customers."""
    if link is None or not link.is_shown:
        return {"sides": link.parts if link else ()}
    return {
        "sides": link.parts,
        "within": Effect(link.value, link.low, link.high),
        "crude": _effect(link, "crude difference"),
        "odds": _effect(link, "odds ratio within strata"),
        "future": _effect(link, "placebo future"),
        "chance": _effect(link, "placebo shuffled"),
        "p": link.facts.get("placebo shuffled p"),
        "holds": link.facts.get("holds") == "yes",
        "cost": _effect(link, "cost of one broken promise", ends="cost"),
    }


def _effect(link: Outcome, name: str, *, ends: str = "") -> Effect:
    low, high = (link.facts.get(f"{ends or name} {edge}") for edge in ("low", "high"))
    return Effect(*(_number(one) for one in (link.facts.get(name), low, high)))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
