"""Many days of what is followed, in one reading: the same as the formula says of each day alone."""

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from troth.core.windows import Span
from troth.metrics import dailies
from troth.metrics.outcomes.tables import DAY, Context, Table
from troth.metrics.queries.recipes import recipe_catalogue
from troth.signals.emission import micros

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 20


def table(random, count, units, *, days=DAYS):
    """Return cases at random quarters of hours: some at midnight, some of nobody known."""
    at = np.sort(np.array([random.randrange(days * 96) * (DAY // 96) for _ in range(count)]))
    names = [random.choice([*units, None]) for _ in range(count)]
    return Table(
        at + micros(START), np.ones(count, dtype=np.int64), {"unit": np.array(names, dtype=object)}
    )


@pytest.mark.parametrize("name", ["cart_abandonment", "conversion", "click_through", "reopen"])
@pytest.mark.parametrize("seed", range(5))
def test_days_of_one_reading_are_what_the_formula_says_of_each(name, seed):
    random, recipe = Random(seed), recipe_catalogue()[name]
    units = [f"u{number}" for number in range(40)]
    base, events = table(random, 400, units), table(random, 200, units, days=DAYS + 30)
    edges = [START + timedelta(days=day) for day in range(DAYS + 1)]
    found = dailies.by_day(recipe, base, events, np.array([micros(one) for one in edges]))
    for day in range(DAYS):
        first, last = micros(edges[day]), micros(edges[day + 1])
        mine = base.only((base.at > first) & (base.at <= last))
        at = edges[day + 1] + dailies.waits_for(recipe)
        context = Context(span=Span(edges[day], edges[day + 1]), at=at, options=recipe.options)
        figure = recipe.formula({"base": mine, "events": events}, context).figure
        assert (found.good[day], found.total[day]) == (figure.numerator, figure.denominator)
    assert found.total.sum() > 100


def test_nothing_is_nothing_and_other_recipes_have_no_days():
    none = table(Random(1), 0, ["u"])
    edges = np.array([0, DAY])
    found = dailies.by_day(recipe_catalogue()["conversion"], none, none, edges)
    assert (list(found.good), list(found.total)) == ([0], [0])
    names = {name for name, one in recipe_catalogue().items() if dailies.can_be_daily(one)}
    assert {"cart_abandonment", "conversion", "complaints", "unsubscribes"} <= names
    assert not names & {"clv", "nps_swing", "repeat_purchase", "discount_dependence"}
