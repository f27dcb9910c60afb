"""The score, and why it moved, for the terminal and as JSON."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import click
from tabulate import tabulate

from troth.promises import links
from troth.promises.queries.felt import FeltScore
from troth.promises.queries.segmenting import OTHERS
from troth.promises.scoring import telling
from troth.promises.scoring.attributing import Attribution, PromisePart
from troth.promises.scoring.composing import Band, Score
from troth.promises.scoring.moving import Moved
from troth.promises.scoring.parts import Parted

_REASONS = {
    "nothing": "nothing has been judged yet",
    "not_enough": "not enough evidence",
}
WHY = {
    "rate": "kept more or less often", "mix": "other parts grew or shrank",
    "evidence": "more or less is known", "target": "something else is promised",
    "forgiven": "violations fade", "recounted": "counted again or forgotten",
    "joined": "new in the score", "left": "left the score",
    "weight": "counts for more or less", "rules": "new rules of the score",
}  # fmt: skip
_DAYS = 5  # days of a promise that the terminal names


def show(found: Score, felt: FeltScore | None) -> None:
    """Print the number with its interval, what it rests on, each pillar and each promise."""
    click.echo(f"Score of {date.fromordinal(found.day)}: {_headline(found)}")
    click.echo(
        f"Rules version {found.constants.version}; evidence worth {found.effective:,.0f} cases, "
        f"enough for {found.cover:.0%} of the weight."
    )
    rows = [
        [p.name, _points(p.points), _band(p.band), f"{p.weight:.0%}", p.promises,
         "" if p.enough or p.points is None else "not enough evidence"]
        for p in found.pillars
    ]  # fmt: skip
    names = ["pillar", "points", "90 % interval", "weight", "promises", ""]
    click.echo("\n" + tabulate(rows, names, "plain", disable_numparse=True))
    told = [
        [p["slug"], f"{p['points']:.1f}", f"{p['gap']:.2f}", f"{p['effective']:,.0f}",
         f"{p['weight']:.1%}", "" if p["enough"] else "not enough evidence"]
        for p in telling.promises(found)
    ]  # fmt: skip
    names = ["promise", "points", "gap", "effective cases", "weight", ""]
    click.echo("\n" + tabulate(told, names, "plain", disable_numparse=True))
    _apart(found, felt)


def _headline(found: Score) -> str:
    if found.value is None or found.band is None:
        return f"no number: {_REASONS[found.reason]}"
    return f"{found.value:.1f} (90 % interval {_band(found.band)}, evidence {found.grade})"


def _apart(found: Score, felt: FeltScore | None) -> None:
    if found.untested:
        click.echo(f"\nNot tested yet, so not in it: {', '.join(found.untested)}.")
    if found.deeds:
        click.echo(f"\nIntegrity events take {1 - found.factor:.1%} of it.")
    if felt is None:
        return
    if felt.value is None or felt.low is None or felt.high is None:
        click.echo(f"\nFelt: no number from {felt.n} answers.")
        return
    click.echo(
        f"\nFelt: {felt.value:.1f} ({felt.low:.1f} to {felt.high:.1f}, {felt.n:,} answers)"
        + (f"; measured less felt: {found.value - felt.value:+.1f}." if found.value else ".")
    )


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _band(band: Band | None) -> str:
    return "-" if band is None else f"{band.low:.1f} to {band.high:.1f}"


def told(found: Score, felt: FeltScore | None) -> dict[str, Any]:
    """Return the same as plain values."""
    shown = found.band if found.value is not None else None
    return {
        "day": date.fromordinal(found.day).isoformat(),
        "value": found.value,
        "interval": [shown.low, shown.high] if shown else None,
        "grade": found.grade,
        "rules": found.constants.version,
        **telling.detail(found),
        "felt": felt,
    }


def show_moves(moved: Attribution) -> None:
    """Print what moved the score: pillars, promises, causes, and the days that weigh most."""
    first, last = (date.fromordinal(one.day) for one in (moved.start, moved.end))
    click.echo(
        f"{first} to {last}: {_points(moved.start.points)} to {_points(moved.end.points)}, "
        f"{moved.change:+.3f} points"
    )
    for pillar, points in sorted(moved.pillars.items(), key=lambda item: item[1]):
        name = moved.end.constants.pillar(pillar).name
        click.echo(f"\n{points:+8.3f}  {name}")
        mine = [part for part in moved.promises if part.pillar == pillar]
        for part in sorted(mine, key=lambda p: -abs(p.points)):
            _show_promise(part, moved.days)
    for deed in moved.deeds:
        click.echo(f"\n{deed.points:+8.3f}  integrity: {deed.deed.summary}")


def _show_promise(part: PromisePart, days: tuple[int, int]) -> None:
    click.echo(f"  {part.points:+8.3f}  {part.slug}")
    rest: dict[tuple[str, str | None], float] = {}
    for cause in part.causes:
        key = (cause.cause, cause.segment)
        rest[key] = rest.get(key, 0.0) + cause.points
    for (cause_name, segment), points in sorted(rest.items(), key=lambda item: -abs(item[1])):
        if abs(points) >= 0.0005:  # noqa: PLR2004 - what rounds to nothing
            click.echo(f"    {points:+8.3f}  {_where(part, segment)}{WHY[cause_name]}")
    dated = sorted((c for c in part.causes if c.day is not None), key=lambda c: -abs(c.points))
    for cause in dated[:_DAYS]:
        url = links.cases(part.slug, cause, part.attribute, days)
        click.echo(f"      {cause.points:+8.3f}  {_day(cause)}  {url}")


def _where(part: PromisePart, segment: str | None) -> str:
    if not part.attribute or segment is None:
        return ""
    return f"{part.attribute} {'others' if segment == OTHERS else segment or 'unknown'}: "


def _day(cause: Moved) -> str:
    day = date.fromordinal(cause.day or 1)
    return f"{day}: {cause.kept:,} kept, {cause.broken:,} broken"


def told_moves(moved: Attribution) -> dict[str, Any]:
    """Return the same as plain values: each level adds up to the one above it."""
    return {
        "from": date.fromordinal(moved.start.day).isoformat(),
        "to": date.fromordinal(moved.end.day).isoformat(),
        "before": moved.start.points,
        "after": moved.end.points,
        "change": moved.change,
        "pillars": dict(moved.pillars),
        "promises": [
            {
                "slug": part.slug, "name": part.name, "pillar": part.pillar,
                "points": part.points, "attribute": part.attribute,
                "causes": list(_causes(part, moved.days)),
            }
            for part in moved.promises
        ],
        "integrity": [
            {"id": d.deed.id, "kind": d.deed.kind, "promise": d.deed.slug,
             "summary": d.deed.summary, "points": d.points}
            for d in moved.deeds
        ],
    }  # fmt: skip


def _causes(part: PromisePart, days: tuple[int, int]) -> Iterable[dict[str, Any]]:
    for cause in part.causes:
        yield {
            "cause": cause.cause, "segment": cause.segment, "points": cause.points,
            "day": date.fromordinal(cause.day).isoformat() if cause.day else None,
            "kept": cause.kept, "broken": cause.broken,
            "before": cause.before, "after": cause.after,
            "cases": links.cases(part.slug, cause, part.attribute, days),
        }  # fmt: skip


def told_parts(found: Parted) -> dict[str, Any]:
    """Return a strand of a promise by segments as JSON can hold it."""
    held = found.belief
    return {
        "promise": {
            "slug": held.slug, "name": held.name, "points": held.points, "share": held.share,
            "phi": held.phi, "zero": held.zero,
        },
        "attribute": found.attribute,
        "lent": found.lent,
        "segments": [
            {
                "segment": one.name, "kept": one.kept, "broken": one.broken,
                "effective": one.effective, "share": one.share,
                "interval": [one.interval.low, one.interval.high], "points": one.points,
                "band": [one.band.low, one.band.high] if one.band else None,
                "beyond": one.beyond,
            }
            for one in found.parts
        ],
    }  # fmt: skip
