"""What is measured, as values: a measure asks signals one question. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any

import msgspec

from troth.core.attributes import ATTRIBUTE
from troth.signals.expressions import Expression, ExpressionError, Role, parse
from troth.signals.store import Question

_PLACES = frozenset({"happened_at", "due_at", "resolved_at"})
_MOST_ATTRIBUTES = 5
is_attribute = re.compile(ATTRIBUTE).fullmatch
_SLICES = (60, 86_400)


class MeasureError(ValueError):
    """What is wrong with a measure in plain words, and in which of its fields."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A question to the current cases of some kinds (none: of all), bucket by bucket.

    `time` says which instant places a case, `where` which cases count, `good` which of them are
    good, `value` what is averaged. `by` splits by attributes of the segment. `slice` (seconds)
    counts slices of time instead of cases, of which `slice_good` says which are good. `sketch`
    keeps the distribution of the values, for percentiles. See signals.store.Question.
    """

    kinds: tuple[str, ...] = ()
    time: str = "happened_at"
    where: str | None = None
    good: str | None = None
    value: str | None = None
    by: tuple[str, ...] = ()
    slice: int | None = None
    slice_good: str | None = None
    sketch: bool = False

    def checked(self) -> "Measure":
        """Return the same measure in canonical form. Raises MeasureError."""
        question = self.question()
        return replace(
            self,
            kinds=question.kinds,
            time=question.time.text,
            where=_text(question.where),
            good=_text(question.good),
            value=_text(question.value),
            slice_good=_text(question.slice_good),
        )

    def question(self) -> Question:
        """Return what the store is asked. Raises MeasureError."""
        _check_shape(self)
        return Question(
            kinds=tuple(sorted(set(self.kinds))),
            time=_placed(self.time),
            where=_parsed("where", self.where, "condition"),
            good=_parsed("good", self.good, "condition"),
            value=_parsed("value", self.value, "number"),
            by=self.by,
            slice=self.slice,
            slice_good=_parsed("slice_good", self.slice_good, "slice"),
            sketch=self.sketch,
        )

    def digest(self, *, zone: str, grain: int) -> str:
        """Return 32 hex digits that two equal measures in the same zone and grain share."""
        return digest_of(asdict(self.checked()) | {"zone": zone, "grain": grain})

    def document(self) -> dict[str, Any]:
        """Return the fields that are not as by default, as JSON can hold them."""
        fields = {**asdict(self), "kinds": list(self.kinds), "by": list(self.by)}
        plain = asdict(Measure())
        return {name: value for name, value in fields.items() if value not in ([], plain[name])}


def measure_from(document: dict[str, Any]) -> Measure:
    """Return the measure that `Measure.document` wrote."""
    return msgspec.convert(document, Measure)


def digest_of(fields: object) -> str:
    return blake2b(msgspec.json.encode(fields, order="sorted"), digest_size=16).hexdigest()


class Entry:
    """What a file of the catalogue declares one of: a metric or a recipe."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Entry):
    """A measure with a name for people: one file in the catalogue, or one YAML document.

    `over` names the kinds it asks about, as one text or several; none means all. `unit` is that
    of the values. `percentiles` keeps their distribution. `better` says whether more or less of
    what is shown is good news. `excludes` are pairs of a reason and a condition: such cases are not
    counted, but how many they are is told. `minimum` is the least n for which a rate is shown.
    """

    title: str
    doc: str = ""
    over: str | tuple[str, ...] = ()
    at: str = "happened_at"
    where: str | None = None
    good: str | None = None
    value: str | None = None
    unit: str | None = None
    by: tuple[str, ...] = ()
    percentiles: bool = False
    better: str = "more"
    excludes: tuple[tuple[str, str], ...] = ()
    minimum: int = 30

    def measure(self) -> Measure:
        """Return the question in canonical form. Raises MeasureError."""
        kinds = (self.over,) if isinstance(self.over, str) else self.over
        return Measure(
            kinds=kinds,
            time=self.at,
            where=_without(self.where, [condition for _, condition in self.excludes]),
            good=self.good,
            value=self.value,
            by=self.by,
            sketch=self.percentiles,
        ).checked()

    def left_out(self) -> dict[str, Measure]:
        """Return reason → the measure of the cases left out for it, each for the first that fits.

        Raises MeasureError.
        """
        found: dict[str, Measure] = {}
        whole = replace(self, excludes=(), good=None, value=None, by=(), percentiles=False)
        for place, (reason, condition) in enumerate(self.excludes):
            others = [earlier for _, earlier in self.excludes[:place]]
            among = _without(self.where, others)
            where = condition if among is None else f"({among}) and ({condition})"
            found[reason] = replace(whole, where=where).measure()
        return found


def _without(where: str | None, conditions: Sequence[str]) -> str | None:
    """Return the condition that `where` holds and none of these; what is null does not hold."""
    if not conditions:
        return where
    parts = [f"({where})"] if where is not None else []
    parts += [f"case when {condition} then 0 else 1 end = 1" for condition in conditions]
    return " and ".join(parts)


def _check_shape(measure: Measure) -> None:
    if len(measure.by) > _MOST_ATTRIBUTES:
        raise MeasureError("by", f"at most {_MOST_ATTRIBUTES} attributes")
    if len(set(measure.by)) < len(measure.by):
        raise MeasureError("by", "an attribute is named twice")
    strange = [name for name in measure.by if not is_attribute(name)]
    if strange:
        raise MeasureError("by", f"“{strange[0]}” cannot be an attribute of a segment")
    if measure.sketch and (measure.value is None or measure.slice):
        raise MeasureError("sketch", "percentiles need a value, and no slices")
    _check_slices(measure)


def _check_slices(measure: Measure) -> None:
    if (measure.slice is None) != (measure.slice_good is None):
        raise MeasureError("slice", "slice and slice_good go together")
    least, most = _SLICES
    if measure.slice is not None and (
        not least <= measure.slice <= most or most % measure.slice or measure.slice % least
    ):
        raise MeasureError("slice", "a slice is whole minutes that divide a day: 1m, 5m, 1h …")


def _placed(text: str) -> Expression:
    time = _needed("time", text, "time")
    if "recorded_at" in time.columns:
        raise MeasureError("time", "a case is placed by what happened, not by when it was recorded")
    if not time.columns & _PLACES:
        raise MeasureError("time", f"name one of {', '.join(sorted(_PLACES))}")
    return time


def _parsed(field: str, text: str | None, role: Role) -> Expression | None:
    return None if text is None else _needed(field, text, role)


def _needed(field: str, text: str, role: Role) -> Expression:
    try:
        found = parse(text, role=role)
    except ExpressionError as error:
        raise MeasureError(field, str(error)) from None
    if "subject" in found.columns:
        raise MeasureError(field, "a measure may not ask who: subjects are never counted by")
    return found


def _text(expression: Expression | None) -> str | None:
    return None if expression is None else expression.text


def kinds_of(measures: Iterable[Measure]) -> tuple[str, ...]:
    """Return the kinds that any of the measures asks about; none where one asks about all."""
    found: set[str] = set()
    for measure in measures:
        if not measure.kinds:
            return ()
        found.update(measure.kinds)
    return tuple(sorted(found))
