"""A promise by the attributes that it names: who is served better, who worse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.promises.rules.results import Count
from troth.ui import words

MOST = 25  # values shown of one attribute; the others are added up
FEWEST = 5  # cases; a value with fewer might point at a person
RATED = 30  # cases; with fewer there is a count and no rate

# Attribute → value (None: not given) → its count.
Segments = Mapping[str, Mapping[str | None, Count]]


@dataclass(frozen=True, slots=True)
class Part:
    value: str
    share: str  # or how many cases, where they are too few for a rate
    good: int
    total: int


@dataclass(frozen=True, slots=True)
class Split:
    """One attribute with its values, the largest first, as of an instant."""

    attribute: str
    at: datetime
    parts: tuple[Part, ...]


def splits(segments: Segments, at: datetime) -> tuple[Split, ...]:
    """Return what the promise's page shows, in the language now active."""
    return tuple(
        Split(attribute.replace("_", " "), at, _parts(counts))
        for attribute, counts in segments.items()
        if len(counts) > 1
    )


def _parts(counts: Mapping[str | None, Count]) -> tuple[Part, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total, str(item[0])))
    shown = [(value, count) for value, count in ordered[:MOST] if count.total >= FEWEST]
    seen = {value for value, _count in shown}
    others = sum((count for value, count in ordered if value not in seen), Count())
    named = [_part(_("not given") if value is None else value, count) for value, count in shown]
    return (*named, _part(_("all others"), others)) if others.total else tuple(named)


def _part(value: str, count: Count) -> Part:
    if count.total >= RATED:
        share = words.share(Fraction(count.good, count.total))
    else:
        text = ngettext("%(n)s case", "%(n)s cases", count.total)
        share = text % {"n": words.number(count.total)}
    return Part(value, share, count.good, count.total)
