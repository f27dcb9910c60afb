"""Asking the store for many measures at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.metrics.families import families
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
    kin = families([measure.question() for measure in measures])
    answers = store.tally(
        [family.asked for family in kin],
        span=frame.span,
        zone=frame.zone,
        grain=frame.grain,
        as_of=frame.as_of,
    )
    found: list[list[Tally]] = [[] for _ in measures]
    for family, answer in zip(kin, answers, strict=True):
        for place, tallies in family.shared_out(answer).items():
            found[place] = tallies
    return found


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
