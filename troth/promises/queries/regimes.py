"""The versions of a promise as terms, and the times in which each way to count was in force."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from troth.promises.models import Version
from troth.promises.rules import document
from troth.promises.rules.measures import Bounds
from troth.promises.rules.terms import Counting, Terms


@dataclass(frozen=True, slots=True)
class Regime:
    """Consecutive versions that count alike and aim alike. `version` is the first one's key."""

    version: int
    terms: Terms
    bounds: Bounds


def terms_of(version: Version) -> Terms:
    """Return the terms of a version, which never changes: read once for each row loaded."""
    found: Terms | None = version.__dict__.get("_terms")
    if found is None:
        found = _terms(json.dumps(version.spec, sort_keys=True), json.dumps(version.measured))
        version.__dict__["_terms"] = found
    return found


@lru_cache(maxsize=8192)
def _terms(spec: str, measured: str) -> Terms:
    known = {name: counting_from(value) for name, value in json.loads(measured).items()}
    return document.read(json.loads(spec), metrics=known.get)


def counting_from(value: dict[str, Any]) -> Counting:
    return msgspec.convert(value, Counting)


def counting_document(counting: Counting) -> dict[str, Any]:
    return {**asdict(counting), "kinds": list(counting.kinds)}


def current(versions: Sequence[Version], at: datetime) -> Version:
    """Return the version in force at an instant; before the first one, the first."""
    begun = [v for v in versions if v.effective_from is None or v.effective_from <= at]
    return max(begun or versions[:1], key=lambda version: version.number)


def known(versions: Sequence[Version], as_of: datetime) -> list[Version]:
    """Return the versions declared by then; none of them, the first."""
    return [version for version in versions if version.created_at <= as_of] or list(versions[:1])


def regimes(versions: Sequence[Version], at: datetime) -> list[Regime]:
    """Return the regimes in order, with the windows and categories in force at `at`.

    Regimes that begin later than `at` are among them: what they follow must be tallied in time.
    """
    now = terms_of(current(versions, at))
    if len(versions) == 1:
        return [Regime(versions[0].pk, now, Bounds(versions[0].effective_from))]
    found: list[Regime] = []
    for version in versions:
        terms = terms_of(version)
        last = found[-1] if found else None
        if last and (last.terms.counting, last.terms.target) == (terms.counting, terms.target):
            continue
        shared = replace(now, counting=terms.counting, target=terms.target)
        found.append(Regime(version.pk, shared, Bounds(version.effective_from)))
    ends = [regime.bounds.start for regime in found[1:]]
    return [
        replace(regime, bounds=replace(regime.bounds, end=end))
        for regime, end in zip(found, [*ends, None], strict=True)
    ]


def begun(found: Sequence[Regime], at: datetime) -> list[Regime]:
    """Return the regimes in force by `at`; before the first one, the first."""
    return [
        regime
        for index, regime in enumerate(found)
        if index == 0 or (regime.bounds.start or datetime.min.replace(tzinfo=UTC)) <= at
    ]
