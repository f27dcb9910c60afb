"""Deflection and its guard; what follows what, told by a page of plain Python."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.outcomes.conftest import YEAR
from troth.core.windows import Span
from troth.metrics import queries
from troth.metrics.outcomes.money import count_before
from troth.metrics.outcomes.tables import NOBODY, first_after
from troth.signals.store import MISSING

HALF = Span(YEAR.start + timedelta(days=60), YEAR.start + timedelta(days=120))


def sessions(signal, day, answered, lost):
    """Tell of visits that found an answer, and of visits that ended with a ticket a day later."""
    told = [signal("selfservice.session", f"{day}a{n}", days=day, outcome="answered")
            for n in range(answered)]  # fmt: skip
    for n in range(lost):
        who = f"{day}t{n}"
        told.append(signal("selfservice.session", who, days=day, outcome="answered"))
        told.append(signal("ticket", who, days=day + 1))
    return told


def satisfied(signal, day, good, bad):
    return [signal("survey.csat", value=v, days=day) for v in [5] * good + [1] * bad]


@pytest.mark.django_db
@pytest.mark.mission("S2.32")
@pytest.mark.parametrize(
    ("answered", "good", "rate", "csat", "verdict"),
    [
        (160, 80, "rises", "holds", "winning"),
        (160, 60, "rises", "slips", "at the cost of satisfaction"),
        (40, 80, "falls", "holds", "not winning"),
        (40, 60, "falls", "slips", "not winning"),
    ],
)
def test_deflection_wins_only_where_it_rises_and_csat_holds(
    tell, signal, answered, good, rate, csat, verdict
):
    tell([
        *sessions(signal, 10, 100, 50), *satisfied(signal, 20, 80, 20),
        *sessions(signal, 70, answered, 50), *satisfied(signal, 80, good, 100 - good),
    ])  # fmt: skip
    found = queries.outcome("deflection", span=HALF, at=YEAR.end)
    assert (found.numerator, found.denominator) == (answered, answered + 100)
    assert found.parts[0].figure.value == 0.5
    assert [found.facts[name] for name in ("rate", "csat", "verdict")] == [rate, csat, verdict]


@pytest.mark.django_db
@pytest.mark.mission("S2.32")
def test_without_csat_nobody_knows_whether_it_wins(tell, signal):
    tell([*sessions(signal, 10, 100, 50), *sessions(signal, 70, 160, 50)])
    found = queries.outcome("deflection", span=HALF, at=YEAR.end)
    assert (found.facts["csat"], found.facts["verdict"]) == ("not known", "not known")


@pytest.mark.django_db
def test_a_ticket_counts_against_the_visit_for_three_days(tell, signal):
    who = [f"p{n}" for n in range(30)]
    told = [signal("selfservice.session", one, days=70, outcome="answered") for one in who]
    told += [signal("ticket", "p1", days=73), signal("ticket", "p2", days=73.01)]
    told += [signal("ticket", "p3", days=69), signal("selfservice.session", days=71)]
    told += [signal("selfservice.session", "p9", days=71, outcome="gave-up")]
    tell(told)
    found = queries.outcome("deflection", span=HALF, at=YEAR.end)
    assert (found.numerator, found.denominator) == (29, 31 + 3)
    assert found.excluded == {"of nobody known": 1}


pairs = st.lists(st.tuples(st.integers(-1, 3), st.integers(-5, 5)), max_size=12)


@given(pairs, pairs)
def test_the_first_event_after_and_the_number_before_are_as_counted_by_hand(mine, theirs):
    columns = [np.array([one[n] for one in rows], dtype=np.int64)
               for rows in (mine, theirs) for n in (0, 1)]  # fmt: skip
    after = first_after(*columns).tolist()
    before = count_before(*columns).tolist()
    for (who, at), first, count in zip(mine, after, before, strict=True):
        later = [t for other, t in theirs if other == who != NOBODY and t >= at]
        assert first == (min(later) if later else MISSING)
        if who != NOBODY:
            assert count == sum(other == who and t < at for other, t in theirs)


@pytest.mark.django_db
@pytest.mark.mission("S4.28")
def test_a_ticket_is_reopened_when_it_is_so_later_and_in_time(tell, signal):
    done = [signal("ticket.resolved", days=10, segment={"ticket": f"t{n}"}) for n in range(30)]
    again = [
        signal("ticket.reopened", days=day, segment={"ticket": name})
        for name, day in (("t1", 12), ("t1", 13), ("t2", 10), ("t3", 9), ("t4", 41), ("t5", 39))
    ]
    tell([*done, *again, signal("ticket.resolved", days=11, segment={"ticket": "t1"})])
    found = queries.outcome("reopen", span=YEAR, at=YEAR.end)
    assert (found.numerator, found.denominator) == (2, 30)
    assert found.excluded == {"repeated": 1}


@pytest.mark.django_db
@pytest.mark.mission("S2.30", "S2.3")
def test_rates_of_messages_and_of_offers(tell, signal):
    sent = [signal("mail.delivered", key=f"m{n}", days=5) for n in range(1000)]
    gone = [signal("mail.unsubscribed", days=6, segment={"message": f"m{n}"}) for n in range(4)]
    angry = signal("mail.complained", days=6, segment={"message": "m7"})
    seen = [signal("offer.seen", f"c{n}", days=5 + m) for n in range(50) for m in (0, 1)]
    bought = [signal("order", f"c{n}", days=20) for n in range(10)]
    bought.append(signal("order", "c11", days=36))
    tell([*sent, *gone, angry, *seen, *bought])
    rates = {name: queries.outcome(name, span=YEAR, at=YEAR.end)
             for name in ("unsubscribes", "complaints", "conversion")}  # fmt: skip
    assert {name: (one.numerator, one.denominator) for name, one in rates.items()} == {
        "unsubscribes": (4, 1000), "complaints": (1, 1000), "conversion": (10, 50)
    }  # fmt: skip
    assert rates["complaints"].low > 0
    assert rates["conversion"].excluded == {"repeated": 50}
