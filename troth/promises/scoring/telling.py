"""A score as plain values: what is stored of a day, and what moved it most."""

from collections.abc import Sequence
from typing import Any

from troth.promises.scoring.attributing import (
    Attribution,
    NothingToCompareError,
    PromisePart,
    attribution,
)
from troth.promises.scoring.composing import Band, Score
from troth.promises.scoring.evidence import Evidence
from troth.promises.scoring.integrity import Deed, weight

SPANS = (28, 7)  # days over which drivers are told; the shorter one where there is no more
_MOST, _LEAST = 3, 0.05  # drivers each way, and the fewest points that are worth a word
_DIGITS = 6


def detail(found: Score) -> dict[str, Any]:
    """Return all that a score rests on. Points and shares have six digits."""
    band = found.band
    return {
        "points": _rounded(found.points),
        "composed": _rounded(found.composed),
        "band": _band(band),
        "factor": _rounded(found.factor),
        "cover": _rounded(found.cover),
        "effective": _rounded(found.effective),
        "reason": found.reason,
        "pillars": [
            {
                "key": p.key, "name": p.name, "weight": _rounded(p.weight), "enough": p.enough,
                "points": _rounded(p.points), "band": _band(p.band), "promises": p.promises,
            }
            for p in found.pillars
        ],
        "promises": promises(found),
        "untested": list(found.untested),
        "excluded": found.excluded,
        "integrity": [_deed(found, deed) for deed in found.deeds],
    }  # fmt: skip


def promises(found: Score) -> list[dict[str, Any]]:
    """Return what is believed of each promise, and its part of the whole."""
    return [
        {
            "slug": one.slug, "name": one.name, "pillar": one.pillar, "weight": _rounded(share),
            "points": _rounded(one.points), "share": _rounded(one.share),
            "gap": _rounded(one.gap), "effective": _rounded(one.effective),
            "phi": _rounded(one.phi), "enough": one.enough, "retired": one.retired,
        }
        for one, share in zip(found.beliefs, found.shares, strict=True)
    ]  # fmt: skip


def _deed(found: Score, deed: Deed) -> dict[str, Any]:
    now = weight(deed, found.constants.integrity, day=found.day)
    return {"id": deed.id, "kind": deed.kind, "slug": deed.slug, "weight": _rounded(now)}


def _band(band: Band | None) -> list[float | None] | None:
    return [_rounded(band.low), _rounded(band.high)] if band else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def drivers(
    evidence: Sequence[Evidence], found: Score, *, deeds: Sequence[Deed] = ()
) -> dict[str, Any] | None:
    """Return what moved the score most over four weeks, or one; None where nothing compares."""
    for span in SPANS:
        try:
            moved = attribution(
                evidence, found.constants, start=found.day - span, end=found.day, deeds=deeds
            )
        except NothingToCompareError:
            continue
        return {"days": span, "change": _rounded(moved.change), "promises": _movers(moved)}
    return None


def _movers(moved: Attribution) -> list[dict[str, Any]]:
    """Return the promises that moved it most, up to three each way, the largest first."""
    told = [part for part in moved.promises if abs(part.points) >= _LEAST]
    falls = sorted((p for p in told if p.points < 0), key=lambda p: p.points)[:_MOST]
    gains = sorted((p for p in told if p.points > 0), key=lambda p: -p.points)[:_MOST]
    chosen = sorted([*falls, *gains], key=lambda p: -abs(p.points))
    return [_mover(part) for part in chosen]


def _mover(part: PromisePart) -> dict[str, Any]:
    """Return a driver: the cause that weighs most in it, and the shares kept before and after."""
    sums: dict[str, float] = {}
    for cause in part.causes:
        sums[cause.cause] = sums.get(cause.cause, 0.0) + cause.points
    main = max(sums, key=lambda cause: sums[cause] * (1 if part.points > 0 else -1))
    told = next((c for c in part.causes if c.before is not None and c.after is not None), None)
    return {
        "slug": part.slug, "name": part.name, "pillar": part.pillar,
        "points": _rounded(part.points), "cause": main,
        "before": _rounded(told.before) if told else None,
        "after": _rounded(told.after) if told else None,
    }  # fmt: skip
