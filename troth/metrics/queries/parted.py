"""A stream looked at in parts: which segments left their usual, and how predictable it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from troth.core.windows import Span
from troth.metrics.drift import gaps, segments, spread
from troth.metrics.drift.limits import MEMORY, ewma_sigma, ewma_widths
from troth.metrics.drift.normal import Array, cdf
from troth.metrics.drift.panels import Flags, Panel
from troth.metrics.drift.phases import Frozen, frozen_from
from troth.metrics.drift.pictures import Apart, Predictability
from troth.metrics.drift.readings import Distances, distances, remembered
from troth.metrics.drift.thresholds import shown
from troth.metrics.models import Baseline, Stream
from troth.metrics.queries.baselined import usual_of
from troth.metrics.queries.kept import percentiles
from troth.metrics.queries.paneled import Watched, panel_of_parts, watched
from troth.metrics.queries.segmented import Segment, parts_of, text_of

LONGEST_TEXT = 300  # letters in which a segment is kept


@dataclass(frozen=True, slots=True)
class Parted:
    """A stream by its segments: a row of the panel for each, with the usual of its own.

    `score` is the fade's average of each day in the sigmas that it really scatters by, positive =
    worse. Days from `complete` on are not over. `fresh` are usuals to be kept with the phase.
    """

    segments: list[Segment]
    panel: Panel
    baselines: list[Frozen | None]
    complete: int
    seen: Distances
    judged: Flags
    score: Array
    phase: Baseline | None
    fresh: dict[str, Frozen]


def parted(stream: Stream, *, now: datetime) -> Parted | None:
    """Return the stream's segments, the largest of the last 28 days; None without any.

    Each has a baseline of its own, made of the same days as the stream's would be. Where segments
    are asked from the signals, the stream's own usual comes first, and theirs is frozen with it.
    """
    phase = stream.baselines.order_by("number").last()
    if stream.attributes and (phase is None or phase.frozen is None):
        return None
    parts = parts_of(stream, now=now)
    if not parts:
        return None
    texts = [text_of(segment) for segment, _ in parts]
    panel, complete = panel_of_parts(stream, [tallies for _, tallies in parts], now=now)
    kept = _kept(phase, texts)
    made_of = panel.until(complete)
    baselines = [
        kept.get(text) or _usual(stream, phase, made_of.of([row])) for row, text in enumerate(texts)
    ]
    days = np.arange(panel.shape[1])
    made = np.array([(b.last - panel.first).days if b else len(days) for b in baselines])
    judged = (days > made[:, None]) & (days < complete)
    seen = distances(panel, baselines, judged=judged)
    memory = remembered(seen.z, judged=seen.judged, skew=seen.skew)
    wider = ewma_widths(1.0, memory=MEMORY, days=seen.days, freedom=seen.freedom, lag=seen.lag)
    fresh = {
        text: one
        for text, one in zip(texts, baselines, strict=True)
        if one is not None and text not in kept and len(text) <= LONGEST_TEXT
    }
    return Parted(
        [segment for segment, _ in parts], panel, baselines, complete, seen, seen.judged,
        memory.score / (wider / ewma_sigma(MEMORY))[:, None], phase,
        fresh if stream.attributes else {},
    )  # fmt: skip


def _kept(phase: Baseline | None, texts: Sequence[str]) -> dict[str, Frozen]:
    if phase is None:
        return {}
    rows = phase.parts.filter(segment__in=texts).values_list("segment", "frozen")
    return {text: frozen_from(frozen) for text, frozen in rows}


def _usual(stream: Stream, phase: Baseline | None, known: Panel) -> Frozen | None:
    if phase is None:
        return None
    return usual_of(stream, phase, known, start=_begins(phase, known), waits={})


def _begins(phase: Baseline, panel: Panel) -> int:
    return max(0, (phase.starts_on - panel.first).days)


def segments_apart(*, stream: int, at: datetime) -> list[Apart]:
    """Return the segments of a stream against their own usual, those that stand out first.

    Each has its own baseline; a segment without days enough for one is left out. Empty where the
    stream's series is not split by attributes. Raises Stream.DoesNotExist.
    """
    row = Stream.objects.select_related("series__sweep").get(pk=stream)
    found = parted(row, now=at)
    if found is None or not found.judged.any():
        return []
    last = found.complete - 1
    score = found.score[:, last]
    p = np.where(found.judged.any(axis=1), 1 - cdf(score), np.nan)
    named = segments.discoveries(p)
    value, _, cases = gaps.delivered(found.panel, np.ones(len(found.segments)))
    usual = shown(found.panel, found.seen.expected)[:, last]
    seen = [
        Apart(
            segment=found.segments[row],
            value=None if np.isnan(value[row, last]) else float(value[row, last]),
            usual=float(usual[row]), n=int(cases[row, last]),
            score=round(float(score[row]), 3), stands_out=bool(named[row]),
        )
        for row, baseline in enumerate(found.baselines)
        if baseline is not None
    ]  # fmt: skip
    return sorted(seen, key=lambda one: (-one.stands_out, -one.score))


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
    enough = kept is not None and kept.n >= gaps.FEWEST  # of few values no tenth is known
    p50, p90 = (kept.values[0.5], kept.values[0.9]) if kept and enough else (None, None)
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
