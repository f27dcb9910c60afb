"""The pure core: documents, figures, verdicts and their laws. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth.core import windows
from troth.core.windows import Calendar, Rolling
from troth.promises.rules import document, figures, judging, wording
from troth.promises.rules.figures import Lasting, Open
from troth.promises.rules.frames import Column, Era, frame
from troth.promises.rules.judging import State
from troth.promises.rules.results import Verdict
from troth.promises.rules.terms import Counting, DocumentError, Needs, Terms

AT = datetime(2026, 3, 18, 12, tzinfo=UTC)
LADDER = (Verdict.KEPT, Verdict.AT_RISK, Verdict.BROKEN)


def spec(**changes):
    plain = {
        "text": "We pick up.",
        "evaluator": "event",
        "signals": {"kind": "call"},
        "good": "outcome = 'ok'",
        "target": "97%",
        "windows": ["28d"],
    }
    return {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {"name": "calls"},
        "spec": {name: value for name, value in {**plain, **changes}.items() if value is not None},
    }


def problems(**changes):
    with pytest.raises(DocumentError) as refused:
        document.read(spec(**changes))
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("97%", Fraction(97, 100)),
        (0.97, Fraction(97, 100)),
        ("0.97", Fraction(97, 100)),
        ("99.95 %", Fraction(9995, 10000)),
        ("97 in 100", Fraction(97, 100)),
        (1, Fraction(1)),
        (0, Fraction(0)),
        ("2/3", Fraction(2, 3)),
    ],
)
def test_a_target_is_exactly_what_is_written(written, share):
    assert document.read(spec(target=written)).target == share


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"targt": 1}, "did you mean “target”?"),
        ({"target": None}, "is missing: the share that you promise"),
        ({"target": 97}, "97 is not between 0 and 1; for a percentage write 97%"),
        ({"target": "most"}, "“most” is no share"),
        ({"target": "nan"}, "“nan” is no share"),
        ({"evaluator": "deadlin"}, "did you mean “deadline”?"),
        ({"windows": []}, "is missing: over which time"),
        ({"windows": ["28x"]}, "“28x” is no duration"),
        ({"windows": ["28d", "4w"]}, "names the same window twice"),
        ({"windows": [{"rolling": "28d", "calendar": "1M"}]}, "write {rolling: 28d} or"),
        ({"zone": "Berlin"}, "“Berlin” is no time zone"),
        ({"good": "outcome = "}, "cannot be read"),
        ({"good": "outcom = 'ok'"}, "did you mean outcome?"),
        ({"good": "value"}, "a condition is needed here"),
        ({"due": "due_at"}, "has no meaning for this evaluator"),
        ({"effective_from": "soon"}, "“soon” is no date"),
        ({"needs": {"cases": -1}}, "must be a whole number"),
        ({"needs": {"no_data": "ok"}}, "is none of unknown, kept, broken"),
        ({"exclusions": [{"categry": "x"}]}, "did you mean “category”?"),
        ({"exclusions": ["storm", "storm"]}, "“storm” is there twice"),
        ({"text": ""}, "the promise as your customers read it"),
        ({"signals": "call"}, "must hold named fields"),
        ({"signals": {"metric": "none-such"}}, "there is no metric “none-such”"),
        ({"evaluator": "invariant", "target": "99%"}, "tolerates no failure"),
        ({"evaluator": "timeslice", "slice": "7m", "good": None}, "divide the day"),
        ({"evaluator": "timeslice", "slice": "2h", "windows": ["6h"]}, "hold no whole slices"),
    ],
)
def test_a_mistake_is_named_with_its_field_and_what_to_write(changes, said):
    assert any(said in problem for problem in problems(**changes)), problems(**changes)


def test_every_mistake_of_a_document_is_named_at_once():
    found = problems(targt=1, target=97, windows=["x"], zone="Mars")
    assert [problem.split(":")[0] for problem in found] == [
        "spec.targt", "spec.windows[0]", "spec.zone", "spec.target",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "thing", [None, [], "text", 7, {}, {"spec": []}, {"metadata": {"name": 1}}]
)
def test_whatever_is_handed_in_the_answer_is_in_plain_words(thing):
    with pytest.raises(DocumentError):
        document.read(thing)


def test_naive_instants_are_meant_in_the_promises_own_zone():
    terms = document.read(spec(zone="Europe/Berlin", effective_from="2026-07-01"))
    assert terms.effective_from == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_a_promise_is_told_in_plain_sentences():
    said = " ".join(wording.how_counted(document.read(spec(evaluator="deadline", good=None,
                                                           due="72h"))))  # fmt: skip
    assert "broken otherwise, even if it is still open" in said
    assert "At least 97 % must be kept." in said
    assert "the last 28 days" in said
    assert "no data, which is not kept" in said


# --- figures ---------------------------------------------------------------------------------


def test_wilson_is_the_published_interval():
    """8 of 10 at 95 % is 49.0 to 94.3; at 90 % it is the same formula with z = 1.645."""
    found = figures.wilson(8, 10)
    assert (round(found.low, 3), round(found.high, 3)) == (0.541, 0.931)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 100))
def test_the_posterior_is_the_exact_binomial_tail(good, bad, percent):
    target = Fraction(percent, 100)
    n, q = good + bad + 1, 1 - target
    exact = sum(comb(n, k) * q**k * target ** (n - k) for k in range(bad + 1))
    assert figures.below_target(good, bad, target) == pytest.approx(float(exact), abs=1e-12)


def test_the_posterior_is_quick_and_right_for_millions():
    assert figures.below_target(9_700_000, 300_000, Fraction(97, 100)) == pytest.approx(
        0.5, abs=1e-2
    )
    assert figures.below_target(9_000_000, 1_000_000, Fraction(97, 100)) > 0.999999
    assert figures.below_target(9_990_000, 10_000, Fraction(97, 100)) < 1e-6


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(1, 50))
def test_an_interval_holds_the_share_and_widens_with_dispersion(good, bad, phi):
    assume(good + bad)
    plain, wide = figures.wilson(good, good + bad), figures.wilson(good, good + bad, phi)
    share = good / (good + bad)
    assert wide.low <= plain.low + 1e-12 <= share + 2e-12
    assert share - 2e-12 <= plain.high - 1e-12 <= wide.high


def test_even_days_have_a_dispersion_of_one_and_uneven_ones_more():
    total = np.full(30, 100)
    assert figures.dispersion(np.full(30, 95), total) == 1.0
    assert figures.dispersion(np.tile([99, 81], 15), total) > 10


def test_kaplan_meier_is_the_textbook_curve():
    """Freireich's remission times (6-MP arm), the standard worked example."""
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    done = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    lasting = [Lasting(t, bool(d)) for t, d in zip(times, done, strict=True)]
    found = dict(zip(*figures.kaplan_meier(lasting), strict=True))
    assert {t: round(s, 3) for t, s in found.items()} == {
        6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448,
    }  # fmt: skip


def test_without_finished_cases_nothing_is_forecast():
    assert figures.forecast([Lasting(5, done=False)] * 9, [Open(1, 2, done=False)]) is None


# --- verdicts and their laws -------------------------------------------------------------------


def terms(**changes):
    plain = Terms(
        slug="calls", name="Calls", text="We pick up.", counting=Counting("event", ("call",)),
        target=Fraction(9, 10), windows=(Rolling(28 * windows.DAY),),
        needs=Needs(cases=1, coverage=Fraction(0)),
    )  # fmt: skip
    return replace(plain, **changes)


def era(days, target=Fraction(9, 10)):
    """Make an era of (days ago, good, total)."""
    last = windows.bucket_start(AT, ZoneInfo("UTC"), windows.DAY)
    rows = [(int((last - timedelta(days=ago)).timestamp()), good, n) for ago, good, n in days]
    return Era(target, {("judged", windows.DAY): Column.of(rows)})


def judge(days, promised=None, **state):
    promised = promised or terms()
    return judging.judge(
        promised, promised.windows[0], [era(days, promised.target)], State(**state), at=AT
    )


AGO = (0, 1, 3, 6, 10, 20, 27)
counts = st.lists(
    st.tuples(st.sampled_from(AGO), st.integers(0, 40), st.integers(0, 10)).map(
        lambda t: (t[0], t[1], t[1] + t[2])
    ),
    max_size=12,
)


MINUTE = 60_000


def test_of_time_a_minute_counts_as_a_case():
    """A millisecond is no case: thirty of them prove nothing, and a day of them is 1,440 cases."""
    uptime = terms(counting=Counting("event", ("component.time",)), needs=Needs())
    told = judge([(0, 29 * MINUTE, 29 * MINUTE)], uptime)
    assert (str(told.verdict), told.why) == ("not_enough", "few_cases")
    told = judge([(ago, 1440 * MINUTE, 1440 * MINUTE) for ago in range(28)], uptime)
    calls = judge([(ago, 1440, 1440) for ago in range(28)], terms(needs=Needs()))
    assert told.interval == calls.interval


@given(counts, st.sampled_from(AGO))
def test_turning_a_kept_case_into_a_failure_never_improves_a_verdict(days, ago):
    """On seven days, where dispersion is not corrected for: docs/decisions/020-judging.md."""
    before, after = judge([*days, (ago, 1, 1)]), judge([*days, (ago, 0, 1)])
    assert LADDER.index(after.verdict) >= LADDER.index(before.verdict)
    assert after.share < before.share


@given(counts, st.integers(0, 27))
def test_one_more_kept_case_never_worsens_the_share(days, ago):
    before, after = judge(days), judge([*days, (ago, 1, 1)])
    assert before.share is None or after.share >= before.share


@given(counts, st.integers(0, 27), st.integers(1, 9))
def test_restating_a_day_and_restating_it_back_gives_the_first_judgement(days, ago, more):
    assert judge([*days, (ago, 0, more), (ago, 0, -more)]) == judge(days)


@given(counts)
def test_the_order_in_which_days_come_in_does_not_matter(days):
    assert judge(days) == judge(list(reversed(days)))


@given(counts, st.integers(0, 100))
def test_a_lower_target_is_never_harder_to_keep(days, percent):
    lower, higher = sorted((Fraction(percent, 100), Fraction(9, 10)))
    assume(sum(n for _, _, n in days) > 0)
    easy, hard = judge(days, terms(target=lower)), judge(days, terms(target=higher))
    assert LADDER.index(easy.verdict) <= LADDER.index(hard.verdict)


@pytest.mark.parametrize(
    ("days", "changes", "state", "expected"),
    [
        ([], {}, {}, ("no_data", "untested")),
        ([], {"needs": Needs(no_data="kept")}, {}, ("kept", "untested")),
        ([], {"needs": Needs(no_data="broken")}, {}, ("broken", "untested")),
        ([(0, 1, 1)], {}, {"suspended": True}, ("suspended", "suspended")),
        ([(0, 0, 9)], {"target": Fraction(1)}, {"suspended": True}, ("suspended", "suspended")),
        ([(0, 0, 1)], {"target": Fraction(1), "needs": Needs()}, {}, ("broken", "zero_tolerance")),
        ([(27, 9, 9)], {}, {"silent": True}, ("no_data", "silent")),
        ([(0, 29, 29)], {"needs": Needs()}, {}, ("not_enough", "few_cases")),
        ([(0, 30, 30)], {"needs": Needs()}, {}, ("not_enough", "short_history")),
        ([(25, 15, 15), (0, 15, 15)], {"needs": Needs()}, {}, ("kept", "within")),
        ([(0, 1, 1)], {"target": Fraction(1)}, {}, ("kept", "within")),
        ([(0, 0, 1)], {"target": Fraction(0)}, {}, ("kept", "within")),
        ([(20, 90, 100)], {}, {}, ("kept", "within")),
        ([(20, 89, 100)], {}, {}, ("broken", "over_budget")),
        ([(20, 999, 1000), (0, 10, 20)], {}, {}, ("at_risk", "posterior")),
        ([(20, 999, 1000), (0, 0, 1)], {}, {}, ("kept", "within")),
    ],
)
def test_the_rules_decide_in_their_order(days, changes, state, expected):
    found = judge(days, terms(**changes), **state)
    assert (str(found.verdict), found.why) == expected


def test_the_budget_adds_up_over_versions_with_different_targets():
    eras = [era([(5, 80, 100)], Fraction(7, 10)), era([(1, 99, 100)], Fraction(99, 100))]
    promised = terms(target=Fraction(99, 100))
    found = judging.judge(promised, promised.windows[0], eras, State(), at=AT)
    assert found.budget.allowed == 31
    assert (found.bad, found.verdict) == (21, Verdict.AT_RISK)


def test_a_failure_of_a_case_promised_at_100_percent_is_not_bought_by_an_older_budget():
    eras = [era([(5, 100, 100)], Fraction(1, 2)), era([(1, 9, 10)], Fraction(1))]
    found = judging.judge(
        terms(target=Fraction(1)), Rolling(28 * windows.DAY), eras, State(), at=AT
    )
    assert (found.verdict, found.why) == (Verdict.BROKEN, "zero_tolerance")


def test_burning_fast_puts_a_promise_with_hourly_windows_at_risk():
    """10 % of a 28 day budget in a day, and in the last two hours: three times too fast."""
    promised = terms(windows=(Rolling(28 * windows.DAY), Rolling(36 * windows.HOUR)))
    hour = windows.HOUR
    first = int(AT.timestamp()) - hour
    hourly = Column.of([(first, 60, 90), (first - 300 * hour, 5000, 5000)])
    daily = Column.of([(first // 86400 * 86400, 60, 90),
                       (first // 86400 * 86400 - 20 * 86400, 5000, 5000)])  # fmt: skip
    found = judging.judge(
        promised, promised.windows[0],
        [Era(promised.target, {("judged", hour): hourly, ("judged", windows.DAY): daily})],
        State(), at=AT,
    )  # fmt: skip
    assert found.verdict == Verdict.AT_RISK


def test_the_time_to_exhaustion_follows_the_speed_of_the_last_quarter():
    found = judge([(20, 100, 100), (1, 95, 100)])
    assert found.budget.consumed == pytest.approx(5 / 20)
    assert found.budget.burn == pytest.approx(0.05 / 0.1)
    assert found.budget.exhausted_in == timedelta(days=28 * 0.75 / 0.5)


def test_provisional_until_the_watermark_has_passed():
    promised = terms(needs=Needs(cases=1, coverage=Fraction(0), watermark=3 * windows.DAY))
    assert judge([(0, 1, 1)], promised, as_of=AT).provisional
    assert not judge([(0, 1, 1)], promised, as_of=AT + timedelta(days=3)).provisional


def test_a_frame_of_a_month_counts_its_days_in_local_time():
    place = frame(Calendar("M"), datetime(2026, 3, 31, 22, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert place.count == 31
    assert place.seconds == 31 * windows.DAY - windows.HOUR
