"""What people say: before and after a release, for and against, where we kept our word or not."""

import math
from datetime import timedelta
from statistics import NormalDist

import numpy as np

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.following import YOUNG
from troth.metrics.outcomes.results import Figure, Finding, Part, Unit
from troth.metrics.outcomes.tables import Context, Mask, Table, Tables, known, merged, numbered
from troth.signals.emission import MICROSECOND, instant

_PROMOTER, _DETRACTOR = 9, 6
_MOST_RELEASES = 12
_POSITIVE, _NEGATIVE = 4, 2


def swing(tables: Tables, context: Context) -> Finding:
    """Return NPS after the latest release minus NPS before it, with z.

    Releases are those of the span whose time afterwards is over; the earlier ones are parts. Of a
    person who answered twice on one side the newer answer counts. Option: `days` on each side.
    """
    answers, releases = tables["answers"], tables["releases"]
    days: timedelta = context.options["days"]
    ripe = releases.only(releases.at + days // MICROSECOND <= context.now, f"release {YOUNG}")
    told = merged(answers, ripe)
    moments = sorted(set(ripe.at.tolist()))[-_MOST_RELEASES:]
    if not moments:
        return Finding(figure=_apart(None, None), excluded=told)
    pairs = [_sides(answers, at, days // MICROSECOND) for at in moments]
    before, after = pairs[-1]
    parts = [Part("before", before, Unit.POINTS), Part("after", after, Unit.POINTS)]
    parts += [
        Part(f"release of {instant(at):%Y-%m-%d}", _apart(*sides), Unit.POINTS)
        for at, sides in zip(moments[:-1], pairs[:-1], strict=True)
    ]
    return Finding(
        figure=_apart(before, after), parts=tuple(parts), excluded=told,
        facts=_tested(before, after) | {"release": instant(moments[-1]).isoformat()},
    )  # fmt: skip


def _sides(answers: Table, at: int, days: int) -> tuple[Figure, Figure]:
    before = (answers.at > at - days) & (answers.at <= at)
    after = (answers.at > at) & (answers.at <= at + days)
    return nps(answers.only(before)), nps(answers.only(after))


def nps(answers: Table) -> Figure:
    """Return the NPS of answers from 0 to 10, the newest of each person."""
    values = newest(answers)["value"]
    score = np.where(values >= _PROMOTER, 100.0, np.where(values <= _DETRACTOR, -100.0, 0.0))
    return intervals.mean(float(score.sum()), float((score * score).sum()), len(score))


def newest(answers: Table) -> Table:
    """Return the newest case of each person; those of nobody known stay, each by itself."""
    [who] = numbered(answers["who"])
    last = np.zeros(len(answers), dtype=bool)
    back = who[::-1]
    last[len(who) - 1 - np.unique(back, return_index=True)[1]] = True
    return answers.only(last | (who < 0))


def _apart(before: Figure | None, after: Figure | None) -> Figure:
    """Return after minus before; `n` is that of the smaller side, so that both have enough."""
    n = min(before.n, after.n) if before is not None and after is not None else 0
    found = _difference(before, after)
    if found is None or before is None or after is None:
        return Figure(value=None, numerator=0, denominator=0, n=n)
    value, error = found
    half = intervals.Z * error
    return Figure(
        value=value, numerator=after.value or 0, denominator=before.value or 0, n=n,
        low=value - half, high=value + half,
    )  # fmt: skip


def _difference(before: Figure | None, after: Figure | None) -> tuple[float, float] | None:
    """Return the difference and its standard error."""
    if before is None or after is None or before.value is None or after.value is None:
        return None
    errors = [((f.high or 0) - (f.value or 0)) / intervals.Z for f in (before, after)]
    return after.value - before.value, math.hypot(*errors)


def _tested(before: Figure, after: Figure) -> dict[str, float | int | str | None]:
    """Return z and the two-sided p of a difference of two means."""
    found = _difference(before, after)
    if found is None or found[1] == 0:
        return {"z": None, "p": None}
    z = found[0] / found[1]
    return {"z": z, "p": 2 * NormalDist().cdf(-abs(z))}


def positive_negative(tables: Tables, context: Context) -> Finding:
    """Return how many positive reviews (4, 5) there are to one negative (1, 2).

    All count, published and rejected; 3 stands apart. `smoothed` is the mean drawn towards 3.5 as
    by 7 reviews more. Without a negative review there is no ratio, but its lower end is known.
    """
    reviews = known(tables["reviews"], "value", "blank")
    stars, often = reviews["value"], reviews.weight
    above = float(often[stars >= _POSITIVE].sum())
    below = float(often[stars <= _NEGATIVE].sum())
    total = int(often.sum())
    prior, weight = float(context.options["prior"]), float(context.options["weight"])
    facts: dict[str, float | int | str | None] = {
        "positive": above, "neutral": total - above - below, "negative": below,
        "mean": float((stars * often).sum()) / total if total else None,
        "smoothed": (prior * weight + float((stars * often).sum())) / (weight + total),
    }  # fmt: skip
    part = Part("neutral", intervals.share(total - above - below, total))
    return Finding(
        figure=_odds(above, below, total), parts=(part,), excluded=merged(reviews), facts=facts
    )


def _odds(above: float, below: float, n: int) -> Figure:
    if above + below == 0:
        return Figure(value=None, numerator=above, denominator=below, n=n)
    low, high = intervals.wilson(above, above + below)
    return Figure(
        value=above / below if below else None, numerator=above, denominator=below, n=n,
        low=low / (1 - low), high=high / (1 - high) if below and high < 1 else None,
    )  # fmt: skip


def rating_gap(tables: Tables, context: Context) -> Finding:  # noqa: ARG001 - a formula
    """Return the mean rating where the promise was kept minus that where it was broken.

    A rating belongs to what it was given for; ratings of what cannot be judged are left out.
    """
    ratings = known(tables["ratings"], "value", "blank")
    judged = tables["judged"]
    mine, theirs = numbered(ratings["unit"], judged["unit"])
    verdict = dict(zip(theirs.tolist(), judged["good"].tolist(), strict=True))
    verdict.pop(-1, None)
    found = [verdict.get(one) for one in mine.tolist()]
    rated = ratings.only(np.array([one is not None for one in found], dtype=bool), "not judged")
    kept = np.array([one for one in found if one is not None], dtype=bool)
    good, bad = _mean(rated, kept), _mean(rated, ~kept)
    return Finding(
        figure=_apart(bad, good), parts=(Part("kept", good, ""), Part("broken", bad, "")),
        excluded=merged(rated), facts=_tested(bad, good),
    )  # fmt: skip


def _mean(rated: Table, mine: Mask) -> Figure:
    side = rated.only(mine)
    return intervals.mean_of(side["value"], side.weight)
