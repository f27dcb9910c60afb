"""Reading what a recipe needs from a store, as tables."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from troth.core.windows import Span
from troth.metrics.outcomes.tables import Array, Table
from troth.metrics.recipes import Input
from troth.metrics.rules import MeasureError, is_attribute
from troth.signals.emission import micros
from troth.signals.envelope import EARLIEST
from troth.signals.expressions import Expression, ExpressionError, parse
from troth.signals.grammar import Node
from troth.signals.store import Excerpt, Store

FIRST = EARLIEST - timedelta(days=1)
SEGMENT = "segment"  # the column by which tables are split


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Which span is asked about, at which instant, with what had been recorded by when, of whom."""

    span: Span
    at: datetime
    as_of: datetime | None = None
    segment: Mapping[str, str] = field(default_factory=dict)
    by: str | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def tables(store: Store, inputs: Mapping[str, Input], frame: Frame) -> dict[str, Table]:
    """Return name → table of each input. Raises MeasureError."""
    return {name: table(store, one, frame) for name, one in inputs.items()}


def table(store: Store, asked: Input, frame: Frame) -> Table:
    """Return the cases of one input, and how many a reason excludes. Raises MeasureError."""
    fields, reasons = asked.expressions(), asked.exclusions()
    if frame.by and asked.split:
        fields[SEGMENT] = attribute(frame.by)
    found = store.excerpt(
        Excerpt(
            kinds=asked.kinds, time=asked.placed(), where=_where(asked, frame), zone=frame.zone,
            span=stretch(asked, frame), fields=(*fields.values(), *reasons.values()),
            as_of=frame.as_of,
        )
    )  # fmt: skip
    edges = (micros(frame.span.start), micros(frame.span.end))
    columns: dict[str, Array] = dict(zip(fields, found.fields, strict=False))
    whole = Table(found.at, found.weight, columns, told=edges)
    return _sifted(whole, dict(zip(reasons, found.fields[len(fields) :], strict=True)))


def _sifted(table: Table, reasons: Mapping[str, Array]) -> Table:
    """Return the cases that no reason excludes; each is told under the first that does."""
    out = np.zeros(len(table), dtype=bool)
    told: dict[str, int] = {}
    for reason, hit in reasons.items():
        count = table.counted(hit & ~out)
        told |= {reason: count} if count else {}
        out |= hit
    return replace(table.only(~out), excluded=told)


def stretch(asked: Input, frame: Frame) -> Span:
    """Return from when until when an input is read."""
    span, now = frame.span, frame.at
    start = {
        "span": span.start, "until": span.start, "history": FIRST, "all": FIRST,
        "around": span.start - (span.end - span.start),
    }[asked.reads]  # fmt: skip
    end = min(span.end, now) if asked.reads in {"span", "history"} else now
    return Span(start, max(start, end))


def _where(asked: Input, frame: Frame) -> Expression | None:
    parts = [asked.chosen(), *(narrowed(frame.segment) if asked.split else ())]
    nodes = [part.node for part in parts if part is not None]
    if not nodes:
        return None
    joined = nodes[0]
    for node in nodes[1:]:
        joined = Node("and", "condition", (joined, node))
    return Expression(text=repr(joined), role="condition", node=joined)


def narrowed(segment: Mapping[str, str]) -> Iterator[Expression]:
    """Yield the conditions that a segment means. Raises MeasureError."""
    for name, value in segment.items():
        attribute(name)
        quoted = value.replace("'", "''")
        try:
            yield parse(f"segment.{name} = '{quoted}'", role="condition")
        except ExpressionError as error:
            raise MeasureError("segment", str(error)) from None


def value_of(name: str, text: str) -> str | None:
    """Return the value of an attribute that somebody asks for; None: the cases that do not say it.

    Raises MeasureError where no case can have it.
    """
    value = text.strip()[:200]
    return value if value and list(narrowed({name: value})) else None


def segment_text(segment: Mapping[str, str]) -> str:
    """Return a segment as rows keep it: a JSON object, "" for all together."""
    return json.dumps(dict(sorted(segment.items())), ensure_ascii=False) if segment else ""


def attribute(name: str) -> Expression:
    """Return the expression that reads an attribute of the segment. Raises MeasureError."""
    if not is_attribute(name):
        raise MeasureError("segment", f"“{name}” cannot be an attribute of a segment")
    return parse(f"segment.{name}", role="text")
