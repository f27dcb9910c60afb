"""Everything about a promise that lies in the state database, loaded for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from troth.core.windows import Span
from troth.promises.models import Exclusion, Promise, Restatement, Suspension, Version
from troth.promises.queries import regimes as versions_in_force
from troth.promises.queries.regimes import Regime
from troth.promises.rules.measures import Exclusions, Taken
from troth.promises.rules.terms import Terms


@dataclass(slots=True)
class Docket:
    """A promise with its versions (in order), exclusions, suspensions and restatements."""

    promise: Promise
    versions: list[Version] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    suspensions: list[Suspension] = field(default_factory=list)
    restatements: list[Restatement] = field(default_factory=list)

    def version(self, at: datetime, as_of: datetime) -> Version:
        """Return the version in force at `at`, of those declared by `as_of`."""
        return versions_in_force.current(self._known(as_of), at)

    def terms(self, at: datetime, as_of: datetime) -> Terms:
        return versions_in_force.terms_of(self.version(at, as_of))

    def regimes(self, at: datetime, as_of: datetime) -> list[Regime]:
        return versions_in_force.regimes(self._known(as_of), at)

    def _known(self, as_of: datetime) -> list[Version]:
        return versions_in_force.known(self.versions, as_of)

    def taken(self, as_of: datetime) -> Exclusions:
        """Return what is excluded, by category, as signed by then and not withdrawn."""
        found: dict[str, list[Taken]] = defaultdict(list)
        for row in self.exclusions:
            withdrawn = row.withdrawn_at is not None and row.withdrawn_at <= as_of
            if row.recorded_at <= as_of and not withdrawn:
                found[row.category].append(Taken(row.where, row.starts_at, row.ends_at))
        return found

    def taken_spans(self, as_of: datetime) -> dict[str, list[Span]]:
        """Return the spans of exclusions that have both ends, by category: for slices of time."""
        return {
            category: [Span(t.start, t.end) for t in taken if t.start and t.end]
            for category, taken in self.taken(as_of).items()
        }

    def is_suspended(self, at: datetime, as_of: datetime) -> bool:
        return any(
            row.starts_at <= at and (row.ends_at is None or at < row.ends_at)
            for row in self.suspensions
            if row.recorded_at <= as_of
        )

    def restated(self, as_of: datetime) -> frozenset[int]:
        """Return the days (epoch seconds of their start) whose closed result changed by then."""
        return frozenset(row.bucket for row in self.restatements if row.at <= as_of)


def load(promises: Sequence[Promise]) -> list[Docket]:
    """Return the dockets of these promises, in their order, in four queries."""
    dockets = {promise.pk: Docket(promise) for promise in promises}
    for name, rows in (
        ("versions", _of(Version.objects.order_by("number"), dockets)),
        ("exclusions", _of(Exclusion.objects.order_by("recorded_at", "id"), dockets)),
        ("suspensions", _of(Suspension.objects.order_by("starts_at"), dockets)),
        ("restatements", _of(Restatement.objects.order_by("at", "id"), dockets)),
    ):
        for row in rows:
            getattr(dockets[row.promise_id], name).append(row)
    return list(dockets.values())


def _of(rows: QuerySet[Any], dockets: Iterable[int]) -> QuerySet[Any]:
    return rows.filter(promise__in=list(dockets))
