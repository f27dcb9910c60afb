"""Lists of cases and the history of one: the same for every adapter."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlglot import exp

from troth.signals.emission import Emitter, instant, micros
from troth.signals.store import FLAGS, CasePage, Filter, Row
from troth.signals.stores.asking import Engine, Need, bounds_of, emitter_for

ORDERS = ("happened_at", "due_at", "resolved_at", "recorded_at", "value", "key")
PLAIN = (
    "source", "key", "version", "kind", "touchpoint", "subject", "value", "unit", "outcome",
    "expected", "weight", "evidence", "supersedes", "seq", "flags",
)  # fmt: skip
TIMES = ("happened_at", "due_at", "resolved_at", "recorded_at", "replaced_at")


class Lister(Engine, Protocol):
    def attributes(self, kinds: Sequence[str]) -> list[str]:
        """Return the names of the attributes that rows of these kinds can have."""
        ...

    def versions(self, source: str, key: str, attributes: Sequence[str]) -> str:
        """Return SQL for all versions of one case, with all columns."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a list: ordered how, after which cursor, how many."""

    order: str
    after: str | None
    limit: int

    @property
    def column(self) -> str:
        name = self.order.removeprefix("-")
        if name not in ORDERS:
            raise ValueError(f"cases cannot be ordered by “{name}”")
        return name

    @property
    def descending(self) -> bool:
        return self.order.startswith("-")


def page(engine: Lister, chosen: Filter, place: Place) -> CasePage:
    """Return one page of cases, and how many there are in all."""
    attributes = engine.attributes(chosen.kinds)
    rows = _chosen(engine, chosen, attributes)
    [(total,)] = engine.rows(f"SELECT count(*) FROM ({rows}) AS c")
    direction = "DESC" if place.descending else "ASC"
    # Nulls come last; equal values are told apart by seq, in the same direction.
    sql = (
        f"SELECT * FROM ({rows}) AS c {_beyond(place, engine.dialect.name)} "
        f"ORDER BY {place.column} IS NULL, {place.column} {direction}, seq {direction} "
        f"LIMIT {place.limit + 1}"
    )
    found = [_row(values, attributes) for values in engine.rows(sql)]
    more = _cursor(found[place.limit - 1], place) if len(found) > place.limit else None
    return CasePage(found[: place.limit], more, int(total))


def _chosen(engine: Lister, chosen: Filter, attributes: Sequence[str]) -> str:
    expressions = [each for each in (chosen.where, chosen.time) if each is not None]
    emitter = emitter_for(engine, expressions, chosen.zone)
    bounds = {}
    if chosen.time is not None and chosen.span is not None:
        bounds = bounds_of(chosen.time.node, micros(chosen.span.start), micros(chosen.span.end))
    segments = set(attributes).union(*(each.segments for each in expressions))
    need = Need(
        columns=frozenset((*PLAIN, *TIMES)), segments=frozenset(segments), kinds=chosen.kinds,
        as_of=chosen.as_of, bounds=bounds,
    )  # fmt: skip
    shown = ", ".join([*PLAIN, *TIMES, *(f'"segment_{name}"' for name in attributes)])
    where = " AND ".join(_conditions(chosen, emitter))
    return f"SELECT {shown} FROM ({engine.relation(need)}) AS r WHERE {where}"


def _conditions(chosen: Filter, emitter: Emitter) -> list[str]:
    found = ["true"]
    if chosen.where is not None:
        found.append(emitter.sql(chosen.where.node))
    if chosen.time is not None and chosen.span is not None:
        at = emitter.sql(chosen.time.node)
        found.append(f"{at} > {micros(chosen.span.start)} AND {at} <= {micros(chosen.span.end)}")
    if chosen.flagged is not None:
        bit = 1 << FLAGS.index(chosen.flagged)
        found.append(f"(flags // {bit}) % 2 = 1" if emitter.dialect.name == "duckdb"
                     else f"bitAnd(flags, {bit}) > 0")  # fmt: skip
    return found


def _beyond(place: Place, dialect: str) -> str:
    if place.after is None:
        return ""
    value, seq = _read(place.after)
    sign, column = "<" if place.descending else ">", place.column
    later = f"seq {sign} {seq}"
    if value is None:
        return f"WHERE {column} IS NULL AND {later}"
    told = _told(value, dialect)
    return f"WHERE ({column} {sign} {told} OR ({column} = {told} AND {later}) OR {column} IS NULL)"


def _read(cursor: str) -> tuple[str | int | float | None, int]:
    try:
        value, seq = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return value, int(seq)
    except (ValueError, TypeError):
        raise ValueError("this cursor is not one of ours") from None


def _told(value: str | float, dialect: str) -> str:
    return exp.Literal.string(value).sql(dialect) if isinstance(value, str) else repr(value)


def _cursor(row: Row, place: Place) -> str:
    value = getattr(row, place.column)
    value = micros(value) if place.column in TIMES and value is not None else value
    return base64.urlsafe_b64encode(json.dumps([value, row.seq]).encode()).decode()


def history(engine: Lister, source: str, key: str) -> list[Row]:
    """Return every version of a case, in the order in which they were recorded."""
    attributes = engine.attributes(())
    sql = (
        f"SELECT * FROM ({engine.versions(source, key, attributes)}) AS v ORDER BY recorded_at, seq"
    )
    return [_row(values, attributes) for values in engine.rows(sql)]


def _row(values: Sequence[Any], attributes: Sequence[str]) -> Row:
    """Return a row from its columns in the order PLAIN, TIMES, attributes."""
    plain: dict[str, Any] = dict(zip(PLAIN, values[: len(PLAIN)], strict=True))
    told = values[len(PLAIN) : len(PLAIN) + len(TIMES)]
    instants = (None if at is None else instant(at) for at in told)
    plain.update(zip(TIMES, instants, strict=True))
    pairs = zip(attributes, values[len(PLAIN) + len(TIMES) :], strict=True)
    segment = {name: text for name, text in pairs if text is not None}
    raised = plain.pop("flags") or 0
    flags = tuple(name for bit, name in enumerate(FLAGS) if raised >> bit & 1)
    return Row(**plain, segment=segment, flags=flags)
