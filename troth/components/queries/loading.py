"""Reading what was said of many components in a few questions to the database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet

from troth.components.models import Component, Condition, Formula, Rest, Watch
from troth.components.rules import combining, formula
from troth.components.rules.combining import FAR, Claim, Stretch, Watching
from troth.components.rules.results import Cause, Status
from troth.components.rules.uptime import Interval, Regime
from troth.core import windows

_COLUMNS = (
    "component_id", "starts", "ends", "status", "cause", "ref", "note", "id", "announced",
)  # fmt: skip
_STATUS = {str(one): one for one in Status}
_CAUSE = {str(one): one for one in Cause}


def zone() -> ZoneInfo:
    """Return the zone whose days the page shows."""
    return ZoneInfo(settings.TROTH.time_zone)


@dataclass(slots=True)
class Loaded:
    """What was said of some components in a span, by their key."""

    claims: dict[int | None, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    watches: dict[int, list[Watching]] = field(default_factory=lambda: defaultdict(list))
    rests: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))

    def timeline(self, component: Component, span: Interval) -> list[Stretch]:
        """Return what held of a component in the part of a span that it lived in."""
        key = component.pk
        lives = alive(component, self.rests[key])
        starts = max(span[0], lives[0][0])
        ends = min(span[1], lives[-1][1])
        found = combining.timeline(self.claims[key], self.watches[key], starts=starts, ends=ends)
        return combining.within(found, lives) if len(lives) > 1 else found


def alive(component: Component, rests: Iterable[Interval]) -> list[Interval]:
    """Return the spans in which a component was there, in order."""
    retired = component.retired_at
    last = FAR if retired is None else int(retired.timestamp())
    lives, begin = [], began(component)
    for rest_starts, rest_ends in sorted(rests):
        lives.append((begin, rest_starts))
        begin = rest_ends
    return [*lives, (begin, max(begin, last))]


def began(component: Component) -> int:
    """Return when the history of a component begins."""
    if component.start_date is not None:
        return int(windows.midnight(component.start_date, zone()).timestamp())
    return int(component.created_at.timestamp())


def load(
    components: Iterable[Component], span: Interval, *, as_of: datetime | None = None
) -> Loaded:
    """Read what was said of components in a span, as had been recorded by `as_of`."""
    keys = [one.pk for one in components]
    found = Loaded()
    _take_claims(found, _within(Condition.objects.all(), keys), span, as_of)
    watches = _within(Watch.objects.all(), keys).filter(since__lt=span[1], until__gt=span[0])
    for one in watches:
        watching = Watching(ref=one.ref, starts=one.since, ends=one.until)
        found.watches[one.component_id].append(watching)
    for rest in _within(Rest.objects.all(), keys):
        found.rests[rest.component_id].append((rest.starts, rest.ends))
    return found


def load_whole(span: Interval, *, as_of: datetime | None = None) -> list[Claim]:
    """Read what was said of the whole, by incidents that name no component."""
    found = Loaded()
    _take_claims(found, Condition.objects.filter(component=None), span, as_of)
    return found.claims[None]


_Row = TypeVar("_Row", Condition, Watch, Rest)
_MANY = 200  # keys; beyond it every row is read, which is faster than a long list of names


def _within(rows: "QuerySet[_Row]", keys: list[int]) -> "QuerySet[_Row]":
    return rows.filter(component_id__in=keys) if len(keys) <= _MANY else rows


def _take_claims(
    found: Loaded, rows: "QuerySet[Condition]", span: Interval, as_of: datetime | None
) -> None:
    # The sum keeps the planner from the index on starts, by which it would read all of the past.
    rows = rows.alias(begun=F("starts") + 0).filter(ends__gt=span[0], begun__lt=span[1])
    rows = rows.filter(recorded(as_of))
    for key, starts, ends, status, cause, ref, note, order, announced in rows.values_list(
        *_COLUMNS
    ):
        found.claims[key].append(
            Claim(
                starts=starts,
                ends=ends,
                status=_STATUS[status],
                cause=_CAUSE[cause],
                ref=ref,
                note=note if cause == Cause.PERSON else "",
                order=order,
                announced=announced,
            )
        )


def recorded(as_of: datetime | None) -> Q:
    """Return the condition for what had been recorded, and not withdrawn, by an instant."""
    if as_of is None:
        return Q(withdrawn_at=None)
    return Q(recorded_at__lte=as_of) & (Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_of))


def regimes(*, as_of: datetime | None = None) -> tuple[Regime, ...]:
    """Return which weights count when."""
    rows = Formula.objects.order_by("number")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return formula.regimes(list(rows.values_list("effective_from", "weights")))
