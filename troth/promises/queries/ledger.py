"""The ledger of violations: every flip to broken, once, with what became of its remedy."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import overload

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from troth.promises.models import Flip, Judgement, Remedy, Restatement, Version
from troth.promises.queries.regimes import terms_of
from troth.promises.rules.remedies import (
    DROPPED,
    WITHDRAWN,
    RemedyRow,
    RemedyState,
    Sought,
    Violation,
)
from troth.promises.rules.results import Verdict

Place = tuple[datetime, int]  # when a violation began, and its number
EVERYTHING = Sought()


class Ledger:
    """The violations sought, newest first. Nothing is read before it is asked for."""

    def __init__(self, sought: Sought = EVERYTHING, *, after: Place | None = None) -> None:
        rows = _sought(sought)
        if after is not None:
            at, number = after
            rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=number))
        self._rows = rows.order_by("-at", "-pk")

    def count(self) -> int:
        return self._rows.count()

    __len__ = count

    @overload
    def __getitem__(self, part: int) -> Violation: ...
    @overload
    def __getitem__(self, part: slice) -> list[Violation]: ...
    def __getitem__(self, part: int | slice) -> Violation | list[Violation]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        return list(_violations(self._rows[part]))

    def __iter__(self) -> Iterator[Violation]:
        return _violations(self._rows)


def violation(number: int) -> Violation | None:
    """Return one violation by the number of its flip, or None where there is none."""
    return next(_violations(_all().filter(pk=number)), None)


def remedy_states(sought: Sought = EVERYTHING) -> dict[RemedyState, int]:
    """Return how many of the violations sought are in each state; states of none are left out."""
    rows = _sought(sought).order_by().values_list(F("remedy_state")).annotate(Count("pk"))
    found = {RemedyState(state): number for state, number in rows}
    return {state: found[state] for state in RemedyState if state in found}


def _sought(sought: Sought) -> "QuerySet[Flip]":
    wishes = {
        "promise__slug": sought.slug,
        "promise__visibility": sought.visibility,
        "remedy_state": sought.state,
        "at__gt": sought.since,
        "at__lte": sought.until,
    }
    return _all().filter(**{name: wish for name, wish in wishes.items() if wish})


def _all() -> "QuerySet[Flip]":
    """Return the flips to broken, each with what followed and what was promised for it."""
    later = Flip.objects.filter(promise=OuterRef("promise"), window=OuterRef("window"))
    later = later.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))
    following = later.order_by("at", "pk")
    counted_anew = Restatement.objects.filter(promise=OuterRef("promise"), at=OuterRef("at"))
    judged = Judgement.objects.filter(promise=OuterRef("promise"), window=OuterRef("window"))
    newest = Remedy.objects.filter(flip=OuterRef("pk")).order_by("-number")
    rows = Flip.objects.filter(now=Verdict.BROKEN).select_related("promise")
    return rows.annotate(
        next_at=Subquery(following.values("at")[:1]),
        next_verdict=Subquery(following.values("now")[:1]),
        restated=Exists(counted_anew),
        judged=Exists(judged),
        promised=Coalesce(Subquery(_in_force().values(text=_REMEDY)[:1]), Value("")),
        recorded=Subquery(newest.values("state")[:1]),
    ).annotate(
        remedy_state=Case(
            When(recorded__isnull=False, then=F("recorded")),
            When(promised="", then=Value(RemedyState.NONE_PROMISED.value)),
            default=Value(RemedyState.OWED.value),
            output_field=CharField(),
        )
    )


def _in_force() -> "QuerySet[Version]":
    """Return the versions that were declared and in force when the flip of the outer query was."""
    rows = Version.objects.filter(promise=OuterRef("promise"), created_at__lte=OuterRef("at"))
    rows = rows.filter(Q(effective_from=None) | Q(effective_from__lte=OuterRef("at")))
    return rows.order_by("-number")


_REMEDY = Coalesce(KT("spec__spec__remedy"), Value(""), output_field=CharField())


def _violations(rows: Iterable[Flip]) -> Iterator[Violation]:
    flips = list(rows)
    remedies = _remedies(flips)
    for flip in flips:
        ended_at, ended_as = _end(flip)
        yield Violation(
            id=flip.pk,
            slug=flip.promise.slug,
            name=flip.promise.name,
            visibility=flip.promise.visibility,
            window=flip.window,
            headline=flip.window == flip.promise.headline,
            began_at=flip.at,
            ended_at=ended_at,
            ended_as=ended_as,
            restated=flip.restated,  # type: ignore[attr-defined]
            remedy=flip.promised.strip(),  # type: ignore[attr-defined]
            remedies=remedies[flip.pk],
        )


def _remedies(flips: Sequence[Flip]) -> "defaultdict[int, tuple[RemedyRow, ...]]":
    found: dict[int, list[RemedyRow]] = defaultdict(list)
    answered = [flip.pk for flip in flips if flip.recorded]  # type: ignore[attr-defined]
    rows = Remedy.objects.filter(flip__in=answered).order_by("number") if answered else ()
    for row in rows:
        found[row.flip_id].append(
            RemedyRow(
                row.number, RemedyState(row.state), row.note, row.internal_note, row.by, row.at
            )
        )
    return defaultdict(tuple, {flip: tuple(some) for flip, some in found.items()})


def _end(flip: Flip) -> tuple[datetime | None, str]:
    """Return when the window was no longer broken, and what it was then."""
    following: datetime | None = flip.next_at  # type: ignore[attr-defined]
    if following is not None:
        return following, flip.next_verdict  # type: ignore[attr-defined]
    retired = flip.promise.retired_at
    if retired is not None:
        return retired, WITHDRAWN
    if not flip.judged:  # type: ignore[attr-defined]
        return _dropped_at(flip), DROPPED
    return None, ""


def _dropped_at(flip: Flip) -> datetime | None:
    """Return when a version took effect that no longer has the window: rare, one query each."""
    later = flip.promise.versions.filter(created_at__gte=flip.at).order_by("number")
    for version in later:
        if flip.window not in {str(window) for window in terms_of(version).windows}:
            return max(flip.at, version.effective_from or version.created_at)
    return None
