"""Whether anything changed that a reader could see: what the public page asks all the time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db.models import Count, F, Max, QuerySet, Sum

from troth.promises.models import (
    Exclusion,
    Flip,
    Judgement,
    Promise,
    Remedy,
    Restatement,
    Score,
    Suspension,
    Version,
)
from troth.promises.queries import dockets, lists
from troth.promises.queries.dockets import Docket
from troth.promises.rules.results import SuspensionRow, TargetChange

_PRIME = 1009  # weighs each row, so that two changes that cancel out are told from none


@dataclass(frozen=True, slots=True)
class Revision:
    """Two texts that change whenever something public does: what happened, and mere counts."""

    facts: str  # declared, broken, made right, kept again, restated, excluded, suspended, gone
    figures: str


def revision() -> Revision:
    """Return the revision of all promises from small aggregates; no row is read.

    Figures that time alone moves, such as how soon a budget is used up, are not in it.
    """
    return Revision(_digest(_facts()), _digest(_figures()))


def _digest(watched: Iterable[tuple[QuerySet, tuple[str, ...]]]) -> str:  # type: ignore[type-arg]
    seen = [_totals(rows, *names) for rows, names in watched]
    return blake2b(repr(seen).encode(), digest_size=12).hexdigest()


def judged_at() -> datetime | None:
    """Return when a promise was last judged, or None where none ever was."""
    found: datetime | None = Promise.objects.aggregate(last=Max("judged_at"))["last"]
    return found


@dataclass(frozen=True, slots=True)
class Declared:
    """What was said about one promise: its document, its versions, its suspensions."""

    slug: str
    name: str
    retired_at: datetime | None
    document: Mapping[str, object]
    targets: tuple[TargetChange, ...]
    suspensions: tuple[SuspensionRow, ...]  # newest first
    hidden: bool = False  # it goes on among staff; `retired_at` is when it left public view


def declared_to_audiences(*, now: datetime) -> dict[str, Declared]:
    """Return slug → what was declared to one audience each, in their order."""
    rows = Promise.objects.filter(visibility="audience", retired_at=None)
    return {one.promise.slug: _declared(one, now) for one in dockets.load(list(rows))}


def declared(*, now: datetime) -> dict[str, Declared]:
    """Return slug → what was declared publicly, in their order, in five queries.

    Retired promises too, and those that turned internal, as they stood by then: what was public
    does not vanish without a word.
    """
    found = {}
    for docket in dockets.load(list(Promise.objects.all())):
        public = [version for version in docket.versions if _is_public(version)]
        if docket.promise.visibility == "public":
            found[docket.promise.slug] = _declared(docket, now)
        elif public:
            found[docket.promise.slug] = _hidden(docket, public[-1])
    return found


def _is_public(version: Version) -> bool:
    return bool(version.spec["spec"].get("visibility", "public") == "public")


def _hidden(docket: Docket, last: Version) -> Declared:
    """Return what was public of a promise until the version after `last` made it internal."""
    since = min(row.created_at for row in docket.versions if row.number > last.number)
    retired_at = docket.promise.retired_at
    before = [row for row in docket.versions if row.number <= last.number]
    return Declared(
        slug=docket.promise.slug,
        name=str(last.spec["metadata"].get("displayName") or docket.promise.name),
        retired_at=min(since, retired_at) if retired_at else since,
        document=last.spec,
        targets=tuple(lists.changes_between(docket.promise.slug, before)),
        suspensions=(),
        hidden=True,
    )


def _declared(docket: Docket, now: datetime) -> Declared:
    slug = docket.promise.slug
    return Declared(
        slug=slug,
        name=docket.promise.name,
        retired_at=docket.promise.retired_at,
        document=docket.version(now, now).spec,
        targets=tuple(lists.changes_between(slug, docket.versions)),
        suspensions=tuple(lists.suspension(slug, row) for row in reversed(docket.suspensions)),
    )


def _facts() -> list[tuple[QuerySet, tuple[str, ...]]]:  # type: ignore[type-arg]
    return [
        (Promise.objects.filter(retired_at=None), ("turn", "position")),
        (Promise.objects.exclude(retired_at=None), ()),
        (Version.objects.all(), ()),
        (Flip.objects.all(), ()),
        (Remedy.objects.all(), ()),
        (Restatement.objects.all(), ()),
        (Exclusion.objects.filter(withdrawn_at=None), ()),
        (Suspension.objects.filter(ends_at=None), ()),
        (Suspension.objects.all(), ()),
    ]


def _figures() -> list[tuple[QuerySet, tuple[str, ...]]]:  # type: ignore[type-arg]
    present = Judgement.objects.filter(promise__retired_at=None)
    return [
        (Promise.objects.filter(retired_at=None), ("judged_revision",)),
        (present, _FIGURES),
        (present.filter(provisional=True), ()),
        (present.filter(restated=True), ()),
        (Score.objects.filter(scope="public"), ()),
    ]


_FIGURES = ("good", "total", "raw_good", "raw_total")


def _totals(rows: QuerySet, *names: str) -> list[object]:  # type: ignore[type-arg]
    sums = {f"{name}_all": Sum(F(name) * (F("id") % _PRIME + 1)) for name in names}
    found = rows.aggregate(rows=Count("id"), last=Max("id"), **sums)
    return [*sorted(found.items())]
