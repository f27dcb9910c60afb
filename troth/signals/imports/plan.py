"""A checked mapping: which columns become which fields of a signal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from troth.signals.imports.numbers import NumberTerms
from troth.signals.imports.templates import columns_of
from troth.signals.imports.times import TimeTerms

TEXTS: Final = (
    "source",
    "kind",
    "key",
    "id",
    "touchpoint",
    "subject",
    "unit",
    "outcome",
    "evidence",
    "supersedes",
)
TIMES: Final = ("happened_at", "due_at", "resolved_at")
NUMBERS: Final = ("value", "expected")
COUNTS: Final = ("version", "weight")
FIELDS: Final = (*TEXTS, *TIMES, *NUMBERS, *COUNTS)
OTHERWISE: Final = ("refuse", "keep", "empty")
UNITS: Final = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}

_PLAIN_NUMBERS = NumberTerms()


@dataclass(frozen=True, slots=True)
class TextField:
    """`values` replaces texts; what it does not name is refused, kept, or empty."""

    template: str
    values: Mapping[str, str] | None = None
    otherwise: str = "refuse"


@dataclass(frozen=True, slots=True)
class NumberField:
    template: str
    terms: NumberTerms


@dataclass(frozen=True, slots=True)
class TimeField:
    """From one template, or from date parts with an HHMM clock; then `plus` (unit → template)."""

    terms: TimeTerms
    template: str = ""
    parts: tuple[str, str, str] = ("", "", "")
    hhmm: str = ""
    plus: Mapping[str, str] = field(default_factory=dict)
    numbers: NumberTerms = _PLAIN_NUMBERS


@dataclass(frozen=True, slots=True)
class Skip:
    """Rows whose column holds one of `texts` are left out; no texts: rows where it is empty."""

    column: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileTerms:
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    format: str = ""
    empty: frozenset[str] = frozenset({""})


_PLAIN_FILE = FileTerms()
AnyField = TextField | NumberField | TimeField


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked mapping. `fields` holds what the document names, `segment` attribute → field."""

    fields: Mapping[str, AnyField]
    segment: Mapping[str, TextField] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()
    file: FileTerms = _PLAIN_FILE

    def columns(self) -> list[str]:
        """Return every column that the mapping uses, in order, once."""
        templates = [*_templates(self.fields.values()), *_templates(self.segment.values())]
        names = [name for template in templates for name in columns_of(template)]
        return list(dict.fromkeys([*names, *(skip.column for skip in self.skips)]))

    def from_source(self, source: str) -> "Plan":
        """Return the same mapping with `source` as every signal's source."""
        constant = TextField(source.replace("{", "{{").replace("}", "}}"))
        return replace(self, fields={**self.fields, "source": constant})


def _templates(fields: Iterable[AnyField]) -> list[str]:
    found: list[str] = []
    for one in fields:
        found.append(one.template)
        if isinstance(one, TimeField):
            found.extend([*one.parts, one.hhmm, *one.plus.values()])
    return found
