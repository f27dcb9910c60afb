"""A mapping and a header become one function from a row to a signal, column by column."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from troth.signals.doors.refused import explained
from troth.signals.envelope import Signal
from troth.signals.imports import numbers, times
from troth.signals.imports.plan import (
    COUNTS,
    UNITS,
    AnyField,
    NumberField,
    Plan,
    Skip,
    TextField,
    TimeField,
)
from troth.signals.imports.problems import Undeclared, ValueRefused, shown
from troth.signals.imports.templates import Row, Take, columns_of, taker, text_of

Make = Callable[[Row], Any]
_REMEMBERED = 10_000
# A mapped key or id that is empty would silently make a case of its own.
_NEEDED = frozenset({"source", "kind", "happened_at", "key", "id"})


class RowRefused(ValueError):  # noqa: N818 - said of a row
    """A row that is no signal: `field` and a reason that continues its name."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


class Compiled:
    """Makes signals from rows that have these columns. Raises ImportProblem at construction."""

    def __init__(self, plan: Plan, columns: Sequence[str]) -> None:
        self._places = {name: place for place, name in reversed(list(enumerate(columns)))}
        self._empty = plan.file.empty
        self._skips = [self._skip(skip) for skip in plan.skips]
        self._makes: list[tuple[str, Make, str]] = []
        self._fixed: dict[str, Any] = {}  # what is the same in every row
        for name, one in plan.fields.items():
            if isinstance(one, TextField) and one.values is None and not columns_of(one.template):
                self._fixed[name] = self._take(one.template)(())
            else:
                self._makes.append((name, _needed(name, self._make(name, one)), ""))
        for name, text in plan.segment.items():
            self._makes.append((f"segment.{name}", self._text(text), name))

    def signal(self, row: Row) -> Signal | None:
        """Return the signal in a row, or None where the mapping leaves the row out.

        Raises RowRefused. What spans fields is left to `envelope.refusals`.
        """
        for skip in self._skips:
            if skip(row):
                return None
        found = self._values(row)
        try:
            return msgspec.convert(found, Signal)
        except msgspec.ValidationError as error:
            raise RowRefused(*explained(error)) from error

    def questions(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield (field, question) for each value that the mapping does not say how to read."""
        if any(skip(row) for skip in self._skips):
            return
        for name, make, _ in self._makes:
            try:
                make(row)
            except Undeclared as error:
                yield name, str(error)
            except ValueRefused:
                continue  # a bad value is a matter of its line, not of the mapping

    def _values(self, row: Row) -> dict[str, Any]:
        found = self._fixed.copy()
        segment: dict[str, Any] = {}
        for name, make, attribute in self._makes:
            try:
                value = make(row)
            except ValueRefused as error:
                raise RowRefused(name, str(error)) from error
            if value is not None:
                (segment if attribute else found)[attribute or name] = value
        if segment:
            found["segment"] = segment
        return found

    def _take(self, template: str) -> Take:
        return taker(template, self._places, self._empty)

    def _make(self, name: str, one: AnyField) -> Make:
        if isinstance(one, TimeField):
            return self._moved(one, self._time(one))
        if isinstance(one, NumberField):
            read = numbers.reader(one.terms)
            return _read(self._take(one.template), numbers.whole(read) if name in COUNTS else read)
        return self._text(one)

    def _text(self, one: TextField) -> Make:
        take = self._take(one.template)
        if one.values is None:
            return _texts(take)
        return _replaced(take, one.values, one.otherwise)

    def _time(self, one: TimeField) -> Make:
        if one.template:
            return _read(self._take(one.template), times.reader(one.terms))
        year, month, day = (self._take(part) for part in one.parts)
        clock = self._take(one.hhmm) if one.hhmm else None
        edges = times.Edges(one.terms)

        def make(row: Row) -> datetime | None:
            found = _midnight(year(row), month(row), day(row))
            if found is None or clock is None:
                return edges.day(found.date()) if found else None
            at = clock(row)
            return None if at is None else edges.instant(found + _clock(at))

        return make

    def _moved(self, one: TimeField, make: Make) -> Make:
        if not one.plus:
            return make
        read = numbers.reader(one.numbers)
        steps = [(self._take(template), UNITS[unit]) for unit, template in one.plus.items()]

        def moved(row: Row) -> datetime | None:
            at: datetime | None = make(row)
            for take, seconds in steps:
                amount = take(row)
                if at is None or amount is None:
                    return None
                at += timedelta(seconds=read(amount) * seconds)
            return at

        return moved

    def _skip(self, skip: Skip) -> Callable[[Row], bool]:
        take = taker(
            "{" + skip.column + "}", self._places, self._empty if not skip.texts else frozenset()
        )
        if not skip.texts:
            return lambda row: take(row) is None
        texts = frozenset(skip.texts)
        return lambda row: text_of(take(row) or "") in texts


def _needed(name: str, make: Make) -> Make:
    """Return `make`, refusing an empty value where the field cannot do without one."""
    if name not in _NEEDED:
        return make

    def made(row: Row) -> Any:  # noqa: ANN401 - whatever the field holds
        value = make(row)
        if value is None:
            raise ValueRefused("is empty")
        return value

    return made


def _read(take: Take, read: Callable[[Any], Any]) -> Make:
    def make(row: Row) -> Any:  # noqa: ANN401 - text, number or instant, by field
        cell = take(row)
        return None if cell is None else read(cell)

    return make


def _texts(take: Take) -> Make:
    def make(row: Row) -> str | None:
        cell = take(row)
        return cell if cell is None or type(cell) is str else text_of(cell)

    return make


def _replaced(take: Take, values: Mapping[str, str], otherwise: str) -> Make:
    def make(row: Row) -> str | None:
        cell = take(row)
        if cell is None:
            return values.get("")
        text = text_of(cell)
        if text in values:
            return values[text] or None
        if otherwise == "refuse":
            raise ValueRefused(f"{shown(text)} is not among the values that the mapping names")
        return text if otherwise == "keep" else None

    return make


# Files repeat their days and minutes: each is read once.
@lru_cache(_REMEMBERED)
def _midnight(*cells: object) -> datetime | None:
    if any(cell is None for cell in cells):
        return None
    texts = [text_of(cell).strip() for cell in cells]
    try:
        year, month, day = (int(text) for text in texts)
        return datetime(year, month, day)  # noqa: DTZ001 - a wall-clock time, given a zone later
    except (ValueError, OverflowError) as error:
        raise ValueRefused(f"{shown('-'.join(texts))} is no day of the calendar") from error


@lru_cache(_REMEMBERED)
def _clock(cell: object) -> timedelta:
    return times.clock_of(text_of(cell))
