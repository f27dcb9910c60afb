"""Where counts come from: the tallies for the present, the store for any other instant."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.metrics import queries as metrics
from troth.metrics.rules import Measure
from troth.promises.models import Followed
from troth.promises.queries.regimes import Regime
from troth.promises.rules import measures
from troth.promises.rules.frames import Column, Era
from troth.promises.rules.measures import Exclusions
from troth.signals import queries as signals
from troth.signals.store import Tally

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
_EARLIER = timedelta(days=3660)  # a case may fall due this long before any case opened
Columns = dict[tuple[str, int], Column]  # by part and grain


@dataclass(frozen=True, slots=True)
class Asking:
    """What is to be counted for one promise: its regimes in order and what is excluded."""

    regimes: Sequence[Regime]
    exclusions: Exclusions


def kept(askings: Sequence[Asking], *, until: datetime) -> list[list[Era]]:
    """Return the counts that the metrics keep tallied, buckets that begin before `until`."""
    versions = [regime.version for asking in askings for regime in asking.regimes]
    rows = Followed.objects.filter(version__in=versions).values_list(
        "version_id", "part", "grain", "series_id"
    )
    followed = [row for row in rows if row[1] != "gap"]
    span = Span(BEGINNING, until)
    found = metrics.tallies(series=[row[3] for row in followed], span=span)
    columns: dict[int, Columns] = defaultdict(dict)
    for version, part, grain, series in followed:
        rows_of = found.of(series)
        columns[version][part, grain] = Column(rows_of.bucket, rows_of.good, rows_of.total)
    return [
        [Era(regime.terms.target, columns.get(regime.version, {})) for regime in asking.regimes]
        for asking in askings
    ]


def counted(askings: Sequence[Asking], *, at: datetime, as_of: datetime | None) -> list[list[Era]]:
    """Count everything from the signals, as known at `as_of`, up to `at`.

    Questions that share zone and grain are asked together, so that the store can share scans.
    """
    groups: dict[tuple[str, int], list[_Question]] = defaultdict(list)
    for question in _questions(askings):
        groups[question.zone, question.grain].append(question)
    columns: dict[tuple[int, int], Columns] = defaultdict(dict)
    for (zone, grain), questions in groups.items():
        answers = ask([q.measure for q in questions], ZoneInfo(zone), grain, at, as_of)
        for question, answer in zip(questions, answers, strict=True):
            columns[question.promise, question.place][question.part, grain] = _column(answer)
    return [
        [
            Era(regime.terms.target, columns.get((number, place), {}))
            for place, regime in enumerate(asking.regimes)
        ]
        for number, asking in enumerate(askings)
    ]


@dataclass(frozen=True, slots=True)
class _Question:
    promise: int
    place: int
    zone: str
    part: str
    grain: int
    measure: Measure


def _questions(askings: Sequence[Asking]) -> Iterator[_Question]:
    for number, asking in enumerate(askings):
        for place, regime in enumerate(asking.regimes):
            parts: Mapping[tuple[str, int], Measure] = measures.parts(
                regime.terms, regime.bounds, asking.exclusions
            )
            for (part, grain), measure in parts.items():
                if part != "gap":
                    yield _Question(number, place, regime.terms.zone, part, grain, measure)


def ask(
    asked: Sequence[Measure], zone: ZoneInfo, grain: int, at: datetime, as_of: datetime | None
) -> list[list[Tally]]:
    """Answer several measures over all that ever happened by `at`, as known at `as_of`."""
    extent = signals.store().extent()
    if extent is None or extent.happened.start - _EARLIER >= at:
        return [[] for _ in asked]
    span = Span(extent.happened.start - _EARLIER, at)
    return metrics.ask_all(measures=asked, span=span, zone=zone, grain=grain, as_of=as_of, at=at)


def _column(tallies: Sequence[Tally]) -> Column:
    return Column.of([(int(t.bucket.timestamp()), t.good, t.total) for t in tallies])
