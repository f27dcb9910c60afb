"""Limits that people set: absolute, or relative to what is usual of such a day."""

from collections.abc import Sequence

import numpy as np

from troth.metrics.drift.cases import Case, openings, runs_of
from troth.metrics.drift.enrolment import Threshold
from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Flags, Panel

_FEWEST = 30  # cases of a day under which its share is not compared with anything
_CALM = 3  # days within the limit that end a case


def shown(panel: Panel, expected: Array) -> Array:
    """Return what is usual in the unit in which readings are shown."""
    shares = np.array([reading == "share" for reading in panel.readings])
    counts = np.array([reading == "count" for reading in panel.readings])
    found = expected.copy()
    less = shares & (panel.worse < 0)
    found[less] = 1 - found[less]
    found[counts] *= panel.hours[counts]
    return found


def crossed(
    panel: Panel, expected: Array, limits: Sequence[Sequence[Threshold]], *, judged: Flags
) -> list[Case]:
    """Return where a row passed one of its own limits; one case for all limits of a row."""
    values, usual = panel.values(), shown(panel, expected)
    enough = panel.volume() >= _FEWEST
    counts = np.array([reading == "count" for reading in panel.readings])
    enough[counts] = ~panel.silent[counts]
    found: list[Case] = []
    for row, own in enumerate(limits):
        if own:
            found += _crossed_by(row, own, (values[row], usual[row]), enough[row] & judged[row])
    return found


def _crossed_by(
    row: int, own: Sequence[Threshold], seen: tuple[Array, Array], judged: Flags
) -> list[Case]:
    values, usual = seen
    lines = [_line(threshold, usual) for threshold in own]
    with np.errstate(invalid="ignore"):
        passed = [
            judged & ((values > line) if threshold.side == "above" else (values < line))
            for threshold, line in zip(own, lines, strict=True)
        ]
    over = np.logical_or.reduce(passed)[None, :]
    calm = runs_of(~over & judged[None, :], _CALM)
    cases = []
    for one in openings(over, calm):
        which = next(index for index, flags in enumerate(passed) if flags[one.opened])
        threshold, limit = own[which], float(lines[which][one.opened])
        value = float(values[one.opened])
        cases.append(
            Case(
                row=row, kind="threshold", opened=one.opened, closed=one.closed, onset=one.opened,
                size=abs(value - limit),
                why_closed="" if one.closed is None else "three days within the limit",
                evidence={
                    "value": value, "limit": limit, "side": threshold.side,
                    "relative": threshold.limit if threshold.relative else None,
                    "usual": None if np.isnan(usual[one.opened]) else float(usual[one.opened]),
                    "title": threshold.title,
                },
            )
        )  # fmt: skip
    return cases


def line_on(threshold: Threshold, usual: float | None) -> float | None:
    """Return where a limit lies on a day of which so much is usual; None: it cannot be said."""
    if usual is None:
        return None if threshold.relative else threshold.limit
    return float(_line(threshold, np.array([usual]))[0])


def _line(threshold: Threshold, usual: Array) -> Array:
    if not threshold.relative:
        return np.full_like(usual, threshold.limit)
    factor = 1 + threshold.limit if threshold.side == "above" else 1 - threshold.limit
    return np.asarray(usual * factor)
