"""Subscribers as a list, the newest first: an index leads to them, however many there are.

Where several things are asked for, the index that leads furthest back leads: the rarest thing. A
part of the list looks at no more than LOOK of those it leads to, and says where to go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from troth.notify.models import SubscribedPart, Subscription
from troth.notify.queries.readers import Sieve, sifted

LOOK: Final = 3_000
COUNTED: Final = 10_000  # so far a list is counted
_GLANCE: Final = 300


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a list. `place` is where the rest begins; None: there is no rest."""

    rows: Sequence[Subscription]
    place: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are: `number` exactly, or that many at least."""

    number: int
    is_exact: bool

    @property
    def is_cut(self) -> bool:
        """Say whether there are more than anybody counts."""
        return not self.is_exact and self.number >= COUNTED


@dataclass(frozen=True, slots=True)
class _Lead:
    """Ids of subscriptions in an index, the newest first; `name` is what they are called there."""

    ids: "QuerySet[Any, int]"
    name: str = "pk"

    def before(self, place: int | None) -> "_Lead":
        if place is None:
            return self
        return _Lead(self.ids.filter(**{f"{self.name}__lt": place}), self.name)

    def edge(self, look: int) -> int | None:
        """Return the last of so many; None where there are no more than that."""
        found = list(self.ids[look - 1 : look + 1])
        return found[0] if len(found) > 1 else None


def part(sieve: Sieve, *, before: int | None, limit: int) -> Part:
    """Return some of those that a sieve lets through; `before` is the place that was said last.

    It may hold few or none although there are more: then it has a place.
    """
    lead = _leading([one.before(before) for one in _leads(sieve)])
    ids, edge = list[int](), None
    for look in (_GLANCE, LOOK):
        edge = lead.edge(look)
        found = sifted(sieve).filter(pk__in=lead.ids[:look]).order_by("-pk")
        ids = list(found.values_list("pk", flat=True)[: limit + 1])
        if len(ids) > limit or edge is None:
            break
    return _part(ids, edge, limit)


def _part(ids: Sequence[int], edge: int | None, limit: int) -> Part:
    rows = Subscription.objects.filter(pk__in=ids[:limit]).select_related("contact")
    place = ids[limit - 1] if len(ids) > limit else edge
    return Part(list(rows.order_by("-pk")), place)


def opening(sieve: Sieve, *, limit: int) -> tuple[Part, Count]:
    """Return the first part of a list, and how many there are; what is looked at is so once."""
    leads = _leads(sieve)
    if len(leads) == 1:
        return part(sieve, before=None, limit=limit), count(sieve)
    lead = _leading(leads)
    edge, found = lead.edge(LOOK), sifted(sieve).filter(pk__in=lead.ids[:LOOK]).order_by("-pk")
    ids = list(found.values_list("pk", flat=True))
    return _part(ids, edge, limit), Count(len(ids), edge is None)


def numbered(sieve: Sieve, *, start: int, limit: int) -> list[Subscription]:
    """Return a page by its number, for who cannot follow places: the deeper, the slower."""
    leads = _leads(sieve)
    every = sifted(sieve).order_by("-pk").values_list("pk", flat=True)
    ids = _not_ours(leads[0]) if len(leads) == 1 else every
    rows = Subscription.objects.filter(pk__in=list(ids[start : start + limit]))
    return list(rows.select_related("contact").order_by("-pk"))


def count(sieve: Sieve) -> Count:
    """Return how many a sieve lets through: exactly up to COUNTED, or as far as one looks."""
    leads = _leads(sieve)
    if len(leads) == 1:
        number = _not_ours(leads[0])[: COUNTED + 1].count()
        return Count(min(number, COUNTED), number <= COUNTED)
    lead = _leading(leads)
    number = sifted(sieve).filter(pk__in=lead.ids[:LOOK]).count()
    return Count(number, lead.edge(LOOK) is None)


def _not_ours(lead: _Lead) -> "QuerySet[Any, int]":
    ours = list(Subscription.objects.filter(is_ours=True).values_list("pk", flat=True))
    return lead.ids.exclude(**{f"{lead.name}__in": ours})


def _leads(sieve: Sieve) -> list[_Lead]:
    """Return an index for each thing that is asked for; of everything, if nothing is."""
    rows = Subscription.objects.order_by("-pk").values_list("pk", flat=True)
    columns = ("contact", "channel", "state", "language", "page")
    given = {name: getattr(sieve, name) for name in columns}
    leads = [
        _Lead(rows.filter(**{name: value}))
        for name, value in given.items()
        if value or (name == "page" and value is not None)
    ]
    if sieve.key:
        parts = SubscribedPart.objects.filter(key=sieve.key).order_by("-subscription_id")
        leads.append(_Lead(parts.values_list("subscription_id", flat=True), "subscription_id"))
    return leads or [_Lead(rows)]


def _leading(leads: Sequence[_Lead]) -> _Lead:
    """Return the index that leads furthest back in one look."""
    if len(leads) == 1:
        return leads[0]
    found, furthest = leads[0], None
    for lead in leads:
        edge = lead.edge(LOOK)
        if edge is None:
            return lead
        if furthest is None or edge < furthest:
            found, furthest = lead, edge
    return found
