"""Asking the store for many measures at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.metrics.rules import Measure
from troth.signals.store import Store, Tally


@dataclass(frozen=True, slots=True)
class Frame:
    """Which instants are asked about, how they are cut into buckets, and as of when."""

    span: Span
    zone: ZoneInfo
    grain: int
    as_of: datetime | None = None


def asked(store: Store, measures: Sequence[Measure], frame: Frame) -> list[list[Tally]]:
    """Return the tallies of each measure; all of them share kinds and time."""
    questions = [measure.question() for measure in measures]
    return store.tally(
        questions, span=frame.span, zone=frame.zone, grain=frame.grain, as_of=frame.as_of
    )


def asked_apart(store: Store, measures: Sequence[Measure], frame: Frame) -> list[list[Tally]]:
    """Return the tallies of any measures, in one scan for each kinds and time among them."""
    groups: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for place, measure in enumerate(measures):
        groups.setdefault((measure.kinds, measure.time), []).append(place)
    found: list[list[Tally]] = [[] for _ in measures]
    for places in groups.values():
        answers = asked(store, [measures[place] for place in places], frame)
        for place, answer in zip(places, answers, strict=True):
            found[place] = answer
    return found
