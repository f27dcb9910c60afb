"""The part of a document that says which cases there are and when one is kept."""

import re
from collections.abc import Mapping
from dataclasses import replace

from troth.core import fields, windows
from troth.core.fields import Fields
from troth.promises.rules.terms import Counting
from troth.signals import expressions

_NAMES = re.compile(r"\b[a-z_]+_at\b")
_COLUMNS = ("happened_at", "due_at", "resolved_at", "recorded_at")


def read_counting(spec: Fields, evaluator: str, slug: str, metrics: object) -> Counting:
    """Return how the promise counts; problems are noted in `spec`."""
    signals = spec.inside("signals")
    signals.only("kind", "where", "metric")
    base = _metric(signals, metrics)
    counting = Counting(
        evaluator=evaluator,
        kinds=_kinds(signals) or base.kinds or (slug,),
        where=_both(base.where, signals.read("where", "", _condition)),
        at=spec.read("at", base.at, _time),
        good=spec.read("good", base.good, _condition),
    )
    readers = {"deadline": _deadline, "timeslice": _timeslice, "attestation": _attestation}
    return readers.get(evaluator, _event)(spec, counting, base)


def _metric(signals: Fields, metrics: object) -> Counting:
    nothing = Counting("event", ())
    if not signals.has("metric") or not callable(metrics):
        return nothing
    name = signals.text("metric")
    found = metrics(name)
    if isinstance(found, Counting):
        return found
    signals.note("metric", f"there is no metric “{name}”")
    return nothing


def _kinds(signals: Fields) -> tuple[str, ...]:
    found = []
    for path, item in signals.items("kind"):
        try:
            found.append(fields.as_text(item))
        except ValueError as error:
            signals.note(path, str(error))
    return tuple(sorted(set(found)))


def _both(first: str, second: str) -> str:
    return f"({first}) and ({second})" if first and second else first or second


def _event(spec: Fields, counting: Counting, _base: Counting) -> Counting:
    if counting.evaluator == "invariant" and (spec.has("clock") or spec.has("due")):
        return _clock(spec, counting) if spec.has("clock") else _deadline(spec, counting, _base)
    _refuse(spec, "due", "slice", "slice_good", "clock", "verdict")
    if not counting.good:
        spec.note("good", "is missing: when a case is kept, for example outcome = 'delivered'")
    return counting


def _deadline(spec: Fields, counting: Counting, _base: Counting) -> Counting:
    if spec.has("clock"):
        return _clock(spec, counting)
    _refuse(spec, "slice", "slice_good", "at", "verdict")
    if not spec.has("due"):
        spec.note("due", "is missing: due_at, or a time like 72h after the case opened")
    return _due(spec, counting, spec.values.get("due", "due_at"))


def _due(spec: Fields, counting: Counting, due: object) -> Counting:
    """Return the counting with its due instant; a case is kept when resolved by then."""
    if isinstance(due, Mapping):
        inner = Fields(due, f"{spec.path}.due", spec.problems)
        inner.only("after", "calendar")
        after = inner.read("after", windows.DAY, fields.as_seconds)
        calendar = inner.read("calendar", "wall", fields.as_slug)
        if calendar != "wall":
            return replace(counting, after=after, calendar=calendar)
        return _dated(counting, _after(after))
    holder = Fields({"due": due}, spec.path, spec.problems)
    return _dated(counting, holder.read("due", "due_at", _due_text))


def _dated(counting: Counting, due: str) -> Counting:
    """Return the counting with this due date, in canonical form, so that equal ones compare so."""
    due = _time(due)
    good = counting.good or _condition(f"resolved_at <= {due}")
    return replace(counting, due=due, at=due, good=good)


def _due_text(value: object) -> str:
    text = fields.as_text(value)
    if re.fullmatch(r"\d+[mhdw]", text):
        return _after(windows.parse_duration(text))
    return _time(text)


def _after(seconds: int) -> str:
    units = ((windows.DAY, "days"), (windows.HOUR, "hours"), (60, "minutes"))
    size, word = next((size, word) for size, word in units if seconds % size == 0)
    return f"happened_at + interval '{seconds // size} {word}'"


def _clock(spec: Fields, counting: Counting) -> Counting:
    """Read {start, due, calendar} and when a case is broken, in the words of the document.

    The name in `start` stands for happened_at, the other name ending in _at for resolved_at, and
    `due` for the due instant. A case is judged when it falls due, so that `now > due` is true.
    """
    clock, verdict = spec.inside("clock"), spec.inside("verdict")
    clock.only("start", "due", "calendar")
    verdict.only("broken")
    due: object = clock.values.get("due", "72h")
    if clock.text("calendar", "wall") != "wall":
        due = {"after": due, "calendar": clock.text("calendar")}
    dated = _due(spec, counting, due)
    if not verdict.has("broken") or not dated.due:
        return dated
    start = clock.text("start", "happened_at")
    broken = verdict.read("broken", "", lambda value: _broken(value, start, dated.due))
    return replace(dated, good=_condition(f"not ({broken})")) if broken else dated


def _broken(value: object, start: str, due: str) -> str:
    text = re.sub(r"\bnow\s*>=?\s*due\b", "true", fields.as_text(value), flags=re.IGNORECASE)
    text = re.sub(r"\bdue\b", f"({due})", text)
    own = {name for name in _NAMES.findall(text) if name not in _COLUMNS and name != start}
    if len(own) > 1:
        raise ValueError(f"names more than one end of the clock: {', '.join(sorted(own))}")
    for name, column in [(start, "happened_at"), *((name, "resolved_at") for name in own)]:
        text = re.sub(rf"\b{re.escape(name)}\b", column, text)
    return _condition(text)


def _timeslice(spec: Fields, counting: Counting, _base: Counting) -> Counting:
    _refuse(spec, "due", "clock", "verdict", "at")
    length = spec.read("slice", 300, fields.as_seconds)
    if windows.DAY % length or length % 60:
        spec.note("slice", "must be whole minutes that divide the day, for example 1m, 5m or 1h")
    condition = spec.read("slice_good", "share = 1", _slice_condition)
    return replace(counting, slice=length, slice_good=condition, good=counting.good or "true")


def _attestation(spec: Fields, counting: Counting, _base: Counting) -> Counting:
    _refuse(spec, "due", "slice", "slice_good", "clock", "verdict", "good", "at")
    return counting


def _refuse(spec: Fields, *names: str) -> None:
    for name in names:
        if spec.has(name):
            spec.note(name, "has no meaning for this evaluator")


def _condition(value: object) -> str:
    return _checked(value, "condition")


def _time(value: object) -> str:
    return _checked(value, "time")


def _slice_condition(value: object) -> str:
    return _checked(value, "slice")


def _checked(value: object, role: str) -> str:
    try:
        return expressions.parse(fields.as_text(value), role=role).text
    except expressions.ExpressionError as error:
        raise ValueError(error.message) from error
