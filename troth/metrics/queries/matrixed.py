"""The map as a matrix: what is promised down, the steps of the journey across."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from troth.core import clock
from troth.metrics.drift.gaps import DAYS
from troth.metrics.journeys import place_of
from troth.metrics.queries.mapped import Cell, cells, loss_of, watched_then

MOST_STEPS: Final = 6  # that stand side by side in one table
_NEW = 200  # streams without a glance that are looked at


@dataclass(frozen=True, slots=True)
class Seen:
    """A stream among all: where it stands, and what it came to in 28 days.

    `missed` are its cases beyond what its promise allows, `loss` the same by what one of them
    costs. `is_silent`: no case came in that time. `is_judged`: some came, a share of which is
    promised and costs something.
    """

    pk: int
    key: str
    name: str
    touchpoint: str
    step: str
    missed: float
    loss: float
    is_silent: bool
    is_judged: bool = False

    @property
    def words(self) -> str:
        """Return what a search looks into."""
        return f"{self.name}\n{self.touchpoint}\n{self.step}".casefold()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the journey, all its streams together. `worst` lost most of them, if any did."""

    name: str
    streams: int
    missed: float
    loss: float
    fading: int
    silent: int
    judged: int
    worst: Seen | None


@dataclass(frozen=True, slots=True)
class Row:
    """What is promised under one name: its streams, in the order of the journey."""

    name: str
    seen: tuple[Seen, ...]

    @property
    def only(self) -> Seen | None:
        """Return its stream, where it has one alone."""
        return self.seen[0] if len(self.seen) == 1 else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its steps, and of each row the streams that stand at each of them."""

    steps: tuple[str, ...]
    rows: tuple[tuple[Row, tuple[tuple[Seen, ...], ...]], ...]


def outlook(*, at: datetime | None = None) -> list[Seen]:
    """Return every stream that is watched, in the order of the journey.

    Of the present it is read from glances (of streams that have none yet the newest few hundred
    are looked at); of the past all of them are looked at.
    """
    found = _looked(cells(at=at, told=())) if at else _glanced(clock.now())
    return sorted(
        found, key=lambda one: (place_of(one.step), one.step, one.name.casefold(), one.key)
    )


def _place(step: str) -> tuple[int, str]:
    return place_of(step), step


def _looked(found: Iterable[Cell]) -> list[Seen]:
    return [
        Seen(of.pk, of.key, of.name, of.touchpoint, of.step, one.missed or 0.0, loss_of(one),
             not any(value is not None for value in one.values), one.missed is not None)
        for one in found
        for of in [one.stream]
    ]  # fmt: skip


def _glanced(now: datetime) -> list[Seen]:
    rows = watched_then(now)
    new = list(rows.filter(glance=None).order_by("-pk").values_list("pk", flat=True)[:_NEW])
    looked = {one.pk: one for one in _looked(cells(streams=new, told=()))} if new else {}
    names = ("pk", "key", "name", "touchpoint", "step", "weight", "glance__loss",
             "glance__spoke_at", "target", "reading")  # fmt: skip
    since = now - timedelta(days=DAYS)
    found = []
    for pk, key, name, touchpoint, step, weight, loss, spoke, target, reading in rows.values_list(
        *names
    ):
        if pk in looked:
            found.append(looked[pk])
            continue
        missed = (loss or 0.0) / weight if weight else 0.0
        silent = loss is not None and (spoke is None or spoke < since)
        judged = target is not None and reading == "share" and loss is not None
        judged = judged and weight > 0 and not silent
        found.append(Seen(pk, key, name, touchpoint, step, missed, loss or 0.0, silent, judged))
    return found


def steps_of(seen: Iterable[Seen], *, fading: Iterable[int] = ()) -> list[Step]:
    """Return the steps in the order of the journey; `fading` are streams that fade."""
    groups: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        groups[one.step].append(one)
    fades = set(fading)
    return [_step(name, groups[name], fades) for name in sorted(groups, key=_place)]


def _step(name: str, ones: Sequence[Seen], fading: set[int]) -> Step:
    losing = [one for one in ones if one.loss > 0]
    return Step(
        name, len(ones), sum(one.missed for one in ones), sum(one.loss for one in ones),
        sum(one.pk in fading for one in ones), sum(one.is_silent for one in ones),
        sum(one.is_judged for one in ones),
        max(losing, key=lambda one: one.loss, default=None),
    )  # fmt: skip


def rows_of(seen: Iterable[Seen]) -> list[Row]:
    """Return a row for each name, in the order of the first step at which it stands."""
    groups: dict[str, list[Seen]] = {}
    for one in seen:
        groups.setdefault(one.name.strip().casefold(), []).append(one)
    return [Row(ones[0].name, tuple(ones)) for ones in groups.values()]


def sheets(rows: Iterable[Row]) -> list[Sheet]:
    """Return tables of these rows, each with as many steps as stand side by side."""
    found: list[tuple[set[str], list[Row]]] = []
    for row in rows:
        steps = {one.step for one in row.seen}
        if not found or len(found[-1][0] | steps) > MOST_STEPS:
            found.append((set(), []))
        found[-1][0].update(steps)
        found[-1][1].append(row)
    return [_sheet(tuple(sorted(steps, key=_place)), ones) for steps, ones in found]


def _sheet(steps: tuple[str, ...], rows: Sequence[Row]) -> Sheet:
    return Sheet(steps, tuple(
        (row, tuple(tuple(one for one in row.seen if one.step == step) for step in steps))
        for row in rows
    ))  # fmt: skip
