"""Some expressions of each case, as columns: the same for every adapter."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from troth.signals.emission import micros
from troth.signals.expressions import Expression
from troth.signals.store import MISSING, Columns, Excerpt
from troth.signals.stores.asking import Engine, Need, bounds_of, emitter_for


def read(engine: Engine, asked: Excerpt) -> Columns:
    """Return what was asked of each case, in order of its instant."""
    found = engine.columns(_statement(engine, asked)) or [[]] * (2 + len(asked.fields))
    at, weight, *fields = found
    pairs = zip(asked.fields, fields, strict=True)
    return Columns(
        _filled(at, np.int64, MISSING),
        _filled(weight, np.int64, 1),
        tuple(_column(expression, values) for expression, values in pairs),
    )


def _statement(engine: Engine, asked: Excerpt) -> str:
    where = () if asked.where is None else (asked.where,)
    expressions = [asked.time, *where, *asked.fields]
    emitter = emitter_for(engine, expressions, asked.zone)
    low, high = micros(asked.span.start), micros(asked.span.end)
    need = Need(
        columns=frozenset({"weight", "seq"}.union(*(each.columns for each in expressions))),
        segments=frozenset(set[str]().union(*(each.segments for each in expressions))),
        kinds=asked.kinds, as_of=asked.as_of, bounds=bounds_of(asked.time.node, low, high),
    )  # fmt: skip
    shown = [f"{emitter.sql(each.node)} AS f{n}" for n, each in enumerate(asked.fields)]
    chosen = "".join(f" AND {emitter.sql(each.node)}" for each in where)
    placed = f"SELECT *, {emitter.sql(asked.time.node)} AS placed FROM ({engine.relation(need)}) r"
    return (
        f"SELECT {', '.join(['placed', 'weight', *shown])} FROM ({placed}) AS p "
        f"WHERE placed > {low} AND placed <= {high}{chosen} ORDER BY placed, seq"
    )


def _column(expression: Expression, values: Any) -> NDArray[Any]:  # noqa: ANN401 - any engine's
    if expression.role == "number":
        return _filled(values, np.float64, np.nan)
    if expression.role == "time":
        return _filled(values, np.int64, MISSING)
    if expression.role == "condition":
        return _filled(values, np.bool_, missing=False)
    return _filled(values, np.object_, None)


def _filled(values: Any, kind: type, missing: Any) -> NDArray[Any]:  # noqa: ANN401 - any engine's
    if isinstance(values, np.ma.MaskedArray):
        data: NDArray[Any] = np.ma.getdata(values).astype(kind)
        data[np.ma.getmaskarray(values)] = missing
        return data
    if isinstance(values, np.ndarray):
        return values.astype(kind)
    found: NDArray[Any] = np.empty(len(values), dtype=kind)
    found[:] = [missing if value is None else value for value in values]
    return found
