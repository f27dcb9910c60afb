"""Outcomes that no single measure tells: which cases they read, and the formula that joins them.

A recipe reads each of its inputs as a table and hands them to a function of `metrics.outcomes`.
What a company calls its own is changed in the inputs; the arithmetic stays the same. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from troth.metrics.outcomes.results import Unit
from troth.metrics.outcomes.tables import Formula
from troth.metrics.rules import Entry, MeasureError, digest_of
from troth.signals.expressions import Expression, ExpressionError, Role, parse

# What a formula may ask of a case by name, and of which type it is.
ROLES: Mapping[str, Role] = {
    "who": "text", "unit": "text", "currency": "text", "referrer": "text", "medium": "text",
    "value": "number", "list": "number", "scale": "number", "duration": "number",
    "ended": "time", "due": "time", "issued": "time", "lost": "condition", "good": "condition",
}  # fmt: skip
USUAL = {
    "who": "subject", "unit": "subject", "currency": "unit", "value": "value", "list": "expected",
    "ended": "resolved_at", "due": "due_at", "issued": "happened_at",
}  # fmt: skip
Reads = Literal["span", "until", "history", "all", "around"]
Option = timedelta | float | int | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Which cases a recipe reads, and what of each.

    `fields` is name → expression, where the usual one does not fit (None: the usual one).
    `excludes` is reason → condition: such cases are left out and counted. `reads` says from when:
    the span; from its start until the instant that asks; the history up to its end; all until
    that instant; or around: as long before the span as it is long, until that instant. `split`
    says whether a segment narrows these cases too.
    """

    over: str | tuple[str, ...]
    fields: Mapping[str, str | None]
    at: str = "happened_at"
    where: str | None = None
    excludes: Mapping[str, str] = field(default_factory=dict)
    reads: Reads = "span"
    split: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.over,) if isinstance(self.over, str) else tuple(self.over)

    def expressions(self) -> dict[str, Expression]:
        """Return name → checked expression of each field. Raises MeasureError."""
        return {
            name: _parsed(f"fields.{name}", text or USUAL[name], ROLES[name])
            for name, text in self.fields.items()
        }

    def exclusions(self) -> dict[str, Expression]:
        """Return reason → checked condition. Raises MeasureError."""
        return {
            reason: _parsed(f"excludes.{reason}", text, "condition")
            for reason, text in self.excludes.items()
        }

    def chosen(self) -> Expression | None:
        return None if self.where is None else _parsed("where", self.where, "condition")

    def placed(self) -> Expression:
        return _parsed("at", self.at, "time")

    def check(self) -> None:
        """Raise MeasureError where something in it cannot be read."""
        unknown = sorted(self.fields.keys() - ROLES.keys())
        if unknown:
            raise MeasureError(
                "fields", f"there is no “{unknown[0]}”; there are {', '.join(ROLES)}"
            )
        for part in (self.expressions, self.exclusions, self.chosen, self.placed):
            part()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(Entry):
    """An outcome: one file in the catalogue, or one YAML document of kind Outcome.

    `minimum` is the least n for which it is shown. `history`: so many months are read up to the
    end of what is asked, since the days asked about cannot tell it; 0: those days. `edition` grows
    when the arithmetic of `formula` changes; it is part of the definition's version.
    """

    title: str
    doc: str
    formula: Formula
    inputs: Mapping[str, Input]
    options: Mapping[str, Option] = field(default_factory=dict)
    unit: str = Unit.SHARE
    better: str = "more"
    minimum: int = 30
    history: int = 0
    edition: int = 1

    @property
    def version(self) -> str:
        """Return 12 hex digits of all that decides on the figure."""
        return digest_of([self.edition, self.minimum, self.formula.__qualname__, self.document()])[
            :12
        ]

    def document(self) -> dict[str, Any]:
        """Return inputs, options and a history as JSON can hold them."""
        history = {"history": self.history} if self.history else {}
        return {
            "inputs": {name: _told(one) for name, one in self.inputs.items()},
            "options": {name: plain(value) for name, value in self.options.items()},
            **history,
        }

    def kinds(self) -> Iterator[str]:
        for one in self.inputs.values():
            yield from one.kinds


def _told(one: Input) -> dict[str, Any]:
    return {
        "over": list(one.kinds), "at": one.at, "where": one.where, "reads": one.reads,
        "split": one.split, "excludes": dict(one.excludes),
        "fields": {name: text or USUAL[name] for name, text in one.fields.items()},
    }  # fmt: skip


def plain(value: Option) -> float | int | str | bool:
    """Return an option as JSON holds it: durations in seconds."""
    return value.total_seconds() if isinstance(value, timedelta) else value


def _parsed(name: str, text: str, role: Role) -> Expression:
    try:
        return parse(text, role=role)
    except ExpressionError as error:
        raise MeasureError(name, str(error)) from None
