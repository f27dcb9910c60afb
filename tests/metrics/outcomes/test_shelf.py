"""Answers about outcomes are kept: counted by the worker, and anew when their evidence changes."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.core.windows import Span
from troth.metrics import jobs, queries, shelving
from troth.metrics.models_outcomes import Reported
from troth.metrics.models_shelf import Shelved
from troth.metrics.queries import shelved
from troth.metrics.rules import Measure
from troth.metrics.shelf import Question, Read, last_days, read_back, written

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NPS = Question(name="nps", zone="UTC", days=28)


def answers(signal, number, *, days=50.0, value=10, **more):
    return [signal("survey.nps", f"c{n}", days=days, value=value, **more) for n in range(number)]


def settle(now=NOW):
    jobs.tally(now=now)
    return jobs.recount(now=now)


def standing(question=NPS, now=NOW):
    (found,) = shelving.ask([question], now=now)
    return found


def test_a_question_is_counted_by_the_worker_and_then_stands(tell, signal):
    tell(answers(signal, 120))
    assert standing().is_pending
    assert settle() == 1
    found = standing()
    (told,) = found.outcomes
    assert (told.n, told.value, found.counted_at, found.is_current) == (120, 100.0, NOW, True)
    assert told == queries.outcome("nps", span=told.span, at=NOW)
    assert settle() == 0


@pytest.mark.mission("S2.61")
def test_late_evidence_of_its_time_restates_an_answer_and_other_evidence_does_not(tell, signal):
    tell(answers(signal, 120))
    standing()
    settle()
    tell([signal("order", "c1", days=50), *answers(signal, 3, days=1.0)])
    settle()
    assert standing().is_current
    tell(answers(signal, 40, value=0))
    settle()
    late = standing()
    assert (late.is_current, late.outcomes[0].n) == (False, 120)
    later = NOW + timedelta(minutes=1)
    assert settle(later) == 1
    found = standing(now=later)
    assert (found.is_current, found.counted_at, found.outcomes[0].n) == (True, later, 160)


def test_what_changes_while_it_is_counted_is_counted_again(tell, signal, monkeypatch):
    tell(answers(signal, 120))
    standing()
    whole = shelved.counted

    def slowly(question, *, now):
        found = whole(question, now=now)
        tell(answers(signal, 10))
        jobs.tally(now=now)
        return found

    monkeypatch.setattr(shelved, "counted", slowly)
    jobs.recount(now=NOW)
    monkeypatch.undo()
    assert (standing().is_current, standing().outcomes[0].n) == (False, 120)
    assert jobs.recount(now=NOW + timedelta(minutes=1)) == 1
    assert standing().outcomes[0].n == 130


def test_a_day_that_ends_moves_the_days_and_what_keeps_changing_waits_its_turn(tell, signal):
    tell(answers(signal, 120))
    standing()
    settle()
    tell(answers(signal, 1))
    jobs.tally(now=NOW)
    assert jobs.recount(now=NOW + timedelta(seconds=5)) == 0
    tomorrow = NOW + timedelta(days=1)
    assert not standing(now=tomorrow).is_current
    assert settle(tomorrow) == 1
    assert standing(now=tomorrow).span == last_days(28, "UTC", now=tomorrow)


def test_another_definition_is_counted_anew(tell, signal):
    tell(answers(signal, 120))
    standing()
    settle()
    document = {"apiVersion": "troth/v1", "kind": "Metric", "metadata": {"name": "nps"},
                "spec": {"like": "nps", "minimum": 200}}  # fmt: skip
    from troth.metrics import actions

    actions.declare(document=document, author="Ben", now=NOW)
    assert not standing().is_current
    settle(NOW + timedelta(seconds=1))
    (told,) = standing(now=NOW + timedelta(seconds=1)).outcomes
    assert (told.state.value, told.value, told.n) == ("not_enough", None, 120)


def test_an_outcome_that_is_gone_says_so_and_holds_up_no_other(tell, signal):
    tell(answers(signal, 120))
    gone = Question(name="nothing", zone="UTC", days=28)
    shelving.ask([gone, NPS], now=NOW)
    assert settle() == 2
    assert "there is no outcome" in standing(gone).problem
    assert standing().outcomes[0].n == 120


def test_by_an_attribute_there_is_one_for_each_value(tell, signal):
    tell([*answers(signal, 30, segment={"country": "DE"}),
          *answers(signal, 20, segment={"country": "FR"})])  # fmt: skip
    split = Question(name="nps", zone="UTC", days=28, by="country")
    standing(split)
    settle()
    assert [(one.segment, one.n) for one in standing(split).outcomes] == [
        ({"country": "DE"}, 30), ({"country": "FR"}, 20)]  # fmt: skip


@pytest.mark.mission("S2.48")
def test_what_is_broken_can_be_said_with_the_question(tell, signal):
    came = [signal("order", f"c{n}", days=32 + n % 10) for n in range(80)]
    back = [signal("order", f"c{n}", days=55) for n in range(80) if n % 2]
    hurt = [signal("parcel", f"c{n}", days=40, outcome="lost") for n in range(40)]
    tell([*came, *back, *hurt])
    measure = Measure(kinds=("parcel",), good="outcome = 'kept'")
    question = Question(name="exposure", zone="UTC", days=28, broken=measure)
    standing(question)
    settle()
    (told,) = standing(question).outcomes
    assert (told.numerator, told.n) == (40, 80)
    assert shelved.definition(question).version != shelved.definition(NPS).version
    with pytest.raises(queries.OutcomeError):
        shelved.definition(Question(name="nps", zone="UTC", days=28, broken=measure))


def test_a_month_that_was_reported_is_restated_by_late_evidence(tell, signal):
    february = Span(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    then = datetime(2026, 3, 5, tzinfo=UTC)
    tell(answers(signal, 120))
    jobs.tally(now=then)
    jobs.report(now=then)
    jobs.recount(now=then)
    assert Reported.objects.filter(name="nps").count() == 1
    tell([*answers(signal, 30, days=70.0, value=0)])
    settle(then + timedelta(days=1))
    assert Reported.objects.filter(name="nps").count() == 1
    tell(answers(signal, 40, value=0))
    later = then + timedelta(days=2)
    jobs.tally(now=later)
    jobs.recount(now=later)
    said = queries.reported(name="nps")
    assert [(one.n, one.value, one.computed_at) for one in said] == [
        (120, 100.0, then), (160, 50.0, later)]  # fmt: skip
    assert {(one.starts_at, one.ends_at) for one in said} == {(february.start, february.end)}


def test_what_nobody_asks_any_more_leaves_the_shelf(tell, signal):
    tell(answers(signal, 120))
    standing()
    assert jobs.report(now=NOW) > 0
    usual = Shelved.objects.filter(is_month=False).count()
    assert usual > 1
    later = NOW + timedelta(days=40)
    shelving.keep_usual(now=later)
    names = [shelved.question_of(row).days for row in Shelved.objects.filter(is_month=False)]
    assert set(names) == {shelving.USUAL}


def test_an_answer_is_read_back_as_it_was_written(tell, signal):
    tell([signal("order", f"c{n % 40}", days=5 + n, value=10.0, unit="EUR") for n in range(90)])
    for name in ("retention", "exposure", "trust_link", "aov", "clv"):
        found = queries.outcome(name, span=YEAR, at=NOW)
        assert read_back(written([found])) == [found]
    assert read_back("") == []


def test_evidence_touches_what_is_placed_in_a_span_by_that_column():
    january = Read(("order",), "due_at + interval '3 days'",
                   datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))  # fmt: skip
    day = datetime(2026, 1, 30, tzinfo=UTC).date()

    def touches(kind, column, back):
        return january.is_touched({(kind, column): {day + timedelta(days=back)}})

    assert touches("order", "due_at", 0)
    assert touches("order", "due_at", -32)
    assert not touches("order", "due_at", 20)
    assert not touches("order", "happened_at", 0)
    assert not touches("visit", "due_at", 0)
    anywhere = Read((), "coalesce(due_at, timestamp '2026-01-01T00:00:00Z')",
                    january.start, january.end)  # fmt: skip
    assert anywhere.is_touched({("visit", "due_at"): {day + timedelta(days=200)}})
