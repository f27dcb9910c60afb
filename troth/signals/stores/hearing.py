"""When somebody spoke last: the newest row of some kinds and a condition, on every adapter."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlglot import exp

from troth.signals.emission import instant, micros
from troth.signals.models import SegmentFile
from troth.signals.store import Heard
from troth.signals.stores.asking import AT_ONCE, Engine, Need, emitter_for
from troth.signals.stores.reading import Reader

_MOST = 100_000  # answers that a process remembers
_LONG_AGO = -(2**62)

Found = int | None  # µs since 1970
T = TypeVar("T")


def in_all(
    engine: Engine, asked: Sequence[Heard], relation: Callable[[Need], str]
) -> list[datetime | None]:
    """Answer from one relation over all rows."""
    found = [at for group in _portions(asked) for at in _newest(engine, group, relation)]
    limits = [micros(one.after) if one.after else _LONG_AGO for one in asked]
    return [
        instant(at) if at is not None and at > limit else None
        for at, limit in zip(found, limits, strict=True)
    ]


def by_file(reader: Reader, asked: Sequence[Heard]) -> list[datetime | None]:
    """Answer from the files, newest first: one is read only where it can tell of a newer row."""
    least = [micros(one.after) if one.after else _LONG_AGO for one in asked]
    best = list(least)
    for file in sorted(reader.manifest.rows, key=lambda each: -each.last_recorded):
        places = [n for n, at in enumerate(best) if at < file.last_recorded]
        if not places:
            break
        places = [n for n in places if _may_hold(file, asked[n])]
        for n, at in zip(places, _in_file(reader, file, [asked[n] for n in places]), strict=True):
            best[n] = best[n] if at is None else max(best[n], at)
    return [
        instant(at) if at > limit else None for at, limit in zip(best, least, strict=True)
    ]  # fmt: skip


def _may_hold(file: SegmentFile, one: Heard) -> bool:
    return not one.kinds or not set(one.kinds).isdisjoint(file.kinds)


def _in_file(reader: Reader, file: SegmentFile, asked: Sequence[Heard]) -> list[Found]:
    """Return the newest of each in one file. A file never changes: it is read once for each."""
    found = [_remembered.told(file, one) for one in asked]
    unread = [n for n, (known, _) in enumerate(found) if not known]
    for group in _portions(unread):
        ones = [asked[n] for n in group]
        newest = _newest(reader, ones, lambda need: reader.every(need, [file]))
        for n, one, at in zip(group, ones, newest, strict=True):
            _remembered.keep(file, one, at)
            found[n] = (True, at)
    return [at for _, at in found]


def _portions(every: Sequence[T]) -> Iterator[Sequence[T]]:
    return (every[n : n + AT_ONCE] for n in range(0, len(every), AT_ONCE))


def _newest(engine: Engine, asked: Sequence[Heard], relation: Callable[[Need], str]) -> list[Found]:
    wheres = [one.where for one in asked if one.where is not None]
    every = any(not one.kinds for one in asked)
    need = Need(
        columns=frozenset({"kind", "recorded_at"}.union(*(each.columns for each in wheres))),
        segments=frozenset(set[str]().union(*(each.segments for each in wheres))),
        kinds=() if every else tuple(sorted(set[str]().union(*(one.kinds for one in asked)))),
    )
    shown = ", ".join(f"max({_when(engine, one)}) AS m{n}" for n, one in enumerate(asked))
    [row] = engine.rows(f"SELECT {shown} FROM ({relation(need)}) AS r")
    return [None if at is None else int(at) for at in row]


def _when(engine: Engine, one: Heard) -> str:
    """Return SQL for the instant of a row that is asked for, null for another one."""
    found = ["true"]
    if one.kinds:
        kinds = (exp.Literal.string(kind).sql(dialect=engine.dialect.name) for kind in one.kinds)
        found.append(f"kind IN ({', '.join(kinds)})")
    if one.where is not None:
        found.append(emitter_for(engine, [one.where], one.zone).sql(one.where.node))
    return f"CASE WHEN {' AND '.join(found)} THEN recorded_at END"


class _Remembered:
    """What was read of files, the latest used kept: for a process that asks again and again."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[object, ...], Found] = OrderedDict()
        self._lock = threading.Lock()

    def told(self, file: SegmentFile, one: Heard) -> tuple[bool, Found]:
        """Return whether it is known, and the newest."""
        if one.where is None and (not one.kinds or set(one.kinds).issuperset(file.kinds)):
            return True, file.last_recorded
        with self._lock:
            key = _key(file, one)
            if key not in self._found:
                return False, None
            self._found.move_to_end(key)
            return True, self._found[key]

    def keep(self, file: SegmentFile, one: Heard, at: Found) -> None:
        with self._lock:
            self._found[_key(file, one)] = at
            if len(self._found) > _MOST:
                self._found.popitem(last=False)


def _key(file: SegmentFile, one: Heard) -> tuple[object, ...]:
    return file.path, one.kinds, one.where.text if one.where else None, one.zone.key


_remembered = _Remembered()
