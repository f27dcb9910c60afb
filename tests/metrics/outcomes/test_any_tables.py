"""Whatever the signals hold, each recipe answers: finite, its interval around it, or nothing."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries
from troth.metrics.outcomes.tables import DAY, Context, Table
from troth.metrics.recipes import ROLES
from troth.signals.emission import micros
from troth.signals.store import MISSING

START = micros(YEAR.start)
INSTANTS = st.integers(-40, 500).map(lambda day: START + day * DAY)
CELLS = {
    "text": st.sampled_from([None, "a", "b", "c", "google.com", "EUR"]),
    "number": st.sampled_from([math.nan, -1.0, 0.0, 1.0, 3.0, 5.0, 10.0, 11.0, 1e12]),
    "time": st.one_of(st.just(MISSING), INSTANTS),
    "condition": st.booleans(),
}
KINDS = {"text": object, "number": np.float64, "time": np.int64, "condition": bool}


@st.composite
def tables(draw, names):
    count = draw(st.integers(0, 12))
    at = np.sort(np.array(draw(st.lists(INSTANTS, min_size=count, max_size=count)), dtype=np.int64))
    weight = np.array(draw(st.lists(st.integers(1, 3), min_size=count, max_size=count)), dtype=int)
    columns = {}
    for name in names:
        column = np.empty(count, dtype=KINDS[ROLES[name]])
        column[:] = draw(st.lists(CELLS[ROLES[name]], min_size=count, max_size=count))
        columns[name] = column
    return Table(at, weight, columns, told=(START, micros(YEAR.end)))


def sound(figure):
    assert figure.n >= 0
    sides = [side for side in (figure.low, figure.value, figure.high) if side is not None]
    assert all(math.isfinite(side) for side in sides)
    assert math.isfinite(figure.numerator)
    assert math.isfinite(figure.denominator)
    slack = 1e-9 * max(map(abs, sides), default=0)
    assert all(a <= b + slack for a, b in pairwise(sides))


@pytest.mark.parametrize("name", sorted(queries.recipe_catalogue()))
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_recipe_answers_whatever_its_tables_hold(name, data):
    recipe = queries.recipe_catalogue()[name]
    given_tables = {one: data.draw(tables(sorted(asked.fields)))
                    for one, asked in recipe.inputs.items()}  # fmt: skip
    context = Context(span=YEAR, at=YEAR.end, options=dict(recipe.options))
    found = recipe.formula(given_tables, context)
    sound(found.figure)
    for part in found.parts:
        sound(part.figure)
    for curve in found.curves:
        for point in curve.points:
            assert 0 <= point.value <= 1
            assert point.n > 0
    assert all(count > 0 for count in found.excluded.values())
    numbers = [fact for fact in found.facts.values() if isinstance(fact, float)]
    assert all(math.isfinite(fact) for fact in numbers)
