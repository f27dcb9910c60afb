"""A stream looked at in parts: which segments left their usual, and how predictable it is."""

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec
import numpy as np

from troth.core.windows import Span
from troth.metrics.drift import fades as faded
from troth.metrics.drift import gaps, segments, spread
from troth.metrics.drift.limits import limits
from troth.metrics.drift.normal import cdf
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.phases import Frozen, freeze
from troth.metrics.drift.pictures import Apart, Predictability
from troth.metrics.drift.readings import distances
from troth.metrics.drift.thresholds import shown
from troth.metrics.models import Stream
from troth.metrics.queries.kept import percentiles, segment_tallies
from troth.metrics.queries.paneled import Watched, panel_of_parts, watched
from troth.signals.store import Tally

_LONGEST = timedelta(days=366 * 3)


def segments_apart(*, stream: int, at: datetime) -> list[Apart]:
    """Return the segments of a stream against their own usual, those that stand out first.

    Each has its own baseline of as many days as the stream's; a segment without so many is left
    out. Empty where the stream's series is not split by attributes. Raises Stream.DoesNotExist.
    """
    row = Stream.objects.select_related("series__sweep").get(pk=stream)
    names = row.series.measure.get("by", [])
    parts: dict[tuple[str | None, ...], list[Tally]] = defaultdict(list)
    if names:
        for tally in segment_tallies(series=row.series_id, span=Span(at - _LONGEST, at)):
            parts[tally.segment].append(tally)
    keys = sorted(parts, key=msgspec.json.encode)
    if not keys:
        return []
    panel, complete = panel_of_parts(row, [parts[key] for key in keys], now=at)
    baselines = [
        freeze(panel.until(complete), index, start=0, days=row.phase_days)
        for index in range(len(keys))
    ]
    found = _apart(panel, baselines, complete)
    return [
        Apart(dict(zip(names, keys[index], strict=True)), *values)
        for index, values in sorted(found.items(), key=lambda pair: (-pair[1][4], -pair[1][3]))
    ]


def _apart(
    panel: Panel, baselines: list[Frozen | None], complete: int
) -> dict[int, tuple[float | None, float, int, float, bool]]:
    """Return row → (value, usual, n, score, stands out) of the last whole day."""
    days = np.arange(panel.shape[1])
    made = np.array([(b.last - panel.first).days if b else len(days) for b in baselines])
    judged = (days > made[:, None]) & (days < complete)
    seen = distances(panel, baselines, judged=judged)
    chart = faded.fades(seen, limits(streams=len(baselines)), alive=judged)
    last = complete - 1
    score = chart.memory.score[:, last]
    p = np.where(judged.any(axis=1), 1 - cdf(score), np.nan)
    named = segments.discoveries(p)
    value, _, cases = gaps.delivered(panel, np.ones(len(baselines)))
    usual = shown(panel, seen.expected)[:, last]
    return {
        row: (
            None if np.isnan(value[row, last]) else float(value[row, last]),
            float(usual[row]), int(cases[row, last]), round(float(score[row]), 3),
            bool(named[row]),
        )
        for row in range(len(baselines))
        if baselines[row] is not None
    }  # fmt: skip


def predictability(*, stream: int, at: datetime) -> Predictability:
    """Return how predictable a stream's last 28 days were. Raises Stream.DoesNotExist."""
    row = (
        Stream.objects.select_related("series__sweep").prefetch_related("baselines").get(pk=stream)
    )
    found = watched([row], now=at)
    kept = None
    if row.series.measure.get("sketch"):
        span = Span(at - timedelta(days=gaps.DAYS), at)
        kept = percentiles(series=row.series_id, span=span, ranks=(0.5, 0.9))
    p50, p90 = (kept.values[0.5], kept.values[0.9]) if kept else (None, None)
    dispersion, wider = _scatter(found) if found and found.parts else (None, None)
    return Predictability(dispersion, wider, p50, p90)


def _scatter(found: Watched) -> tuple[float | None, float | None]:
    part, last = found.parts[-1].row, len(found.parts) - 1
    if part.baseline is None:
        return None, None
    panel = found.panel.of([last])
    days = np.arange(panel.shape[1])
    made = (part.baseline.last - panel.first).days
    first = (part.baseline.first - panel.first).days
    before = ((days >= first) & (days <= made))[None, :]
    after = ((days > made) & (days < part.complete))[None, :]
    seen = distances(panel, [part.baseline], judged=after)
    usable = (before | after) & ~np.isnan(seen.z)
    root = spread.roots(seen, usable)
    usual = spread.scatter_of(root, before)
    lately = root[0, max(made + 1, part.complete - gaps.DAYS) : part.complete]
    wider = spread.times_wider(lately, float(usual.mean[0])) if len(lately) else None
    return part.baseline.dispersion, wider
