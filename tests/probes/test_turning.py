"""When a state changes: tables of cases, and laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.probes.rules.results import Level, Outcome
from troth.probes.rules.turning import (
    Result,
    Terms,
    Verdict,
    View,
    agreed,
    is_silent,
    own_outages,
    seen,
    suppressing,
)

UP, DEGRADED, DOWN, UNKNOWN = Level.UP, Level.DEGRADED, Level.DOWN, Level.UNKNOWN
LETTERS = {"U": Outcome.UP, "S": Outcome.DEGRADED, "D": Outcome.DOWN}


def after(letters, terms):
    """Return the turns as “state@instant” after results at the instants from 1 on."""
    view, turns = View(), []
    for at, letter in enumerate(letters, 1):
        was = view.state
        view = seen(view, Result(at, LETTERS[letter]), terms)
        if view.state is not was:
            turns.append(f"{view.state}@{view.since}")
    return turns


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("letters", "terms", "turns"),
    [
        ("UUDDUU", Terms(1, 1), ["up@1", "down@3", "up@5"]),
        ("UDUDUD", Terms(2, 2), ["up@1"]),  # flapping, never twice in a row
        ("UDDUU", Terms(2, 2), ["up@1", "down@2", "up@4"]),  # dated back to the first failure
        ("UDUDUDD", Terms(3, 5), ["up@1", "down@2"]),  # 3 of the last 5
        ("UUDUUDUUD", Terms(3, 5), ["up@1"]),
        ("UDDDUDUU", Terms(3, 5), ["up@1", "down@2", "up@7"]),  # 3 of the last 5 since the turn
        ("UDDDUDUDU", Terms(3, 5), ["up@1", "down@2", "up@9"]),  # dated to the unbroken good end
        ("DD", Terms(2, 2), ["down@1"]),  # unknown before
        ("D", Terms(2, 2), []),
        ("DU", Terms(2, 2), ["up@2"]),  # one good answer ends not knowing
        ("USSU", Terms(1, 1), ["up@1", "degraded@2", "up@4"]),
        ("USDSDD", Terms(2, 3), ["up@1", "degraded@2", "down@5"]),
        ("UDDSS", Terms(2, 2), ["up@1", "down@2", "degraded@4"]),
        ("UDDSU", Terms(2, 2), ["up@1", "down@2", "degraded@4"]),  # good enough for that at least
        ("", Terms(1, 1), []),
    ],
)
def test_results_turn_a_view(letters, terms, turns):
    assert after(letters, terms) == turns


@given(st.text(alphabet="USD", max_size=40), st.integers(1, 5), st.integers(0, 4))
def test_turns_move_forward_in_time_and_need_their_results(letters, need, more):
    terms = Terms(need, need + more)
    view, last_turn, since = View(), 0, 0
    for at, letter in enumerate(letters, 1):
        was = view
        view = seen(view, Result(at, LETTERS[letter]), terms)
        if view.state is not was.state:
            assert view.since <= at
            assert view.since >= since
            if was.state is not UNKNOWN:
                assert at - last_turn >= need
            last_turn, since = at, view.since
        assert len(view.recent) <= terms.of


@given(st.text(alphabet="USD", min_size=1, max_size=30))
def test_one_of_one_is_always_the_newest_result(letters):
    view = View()
    for at, letter in enumerate(letters, 1):
        view = seen(view, Result(at, LETTERS[letter]), Terms())
    assert view.state == Level(LETTERS[letters[-1]])


@pytest.mark.parametrize(("need", "of", "quorum"), [(0, 1, 0), (2, 1, 0), (1, 1, -1)])
def test_terms_that_make_no_sense_are_refused(need, of, quorum):
    with pytest.raises(ValueError, match=r".+"):
        Terms(need, of, quorum)


def look(state, since=0):
    return View(state=state, since=since)


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("views", "quorum", "was", "verdict"),
    [
        ([], 0, UNKNOWN, Verdict(UNKNOWN, 0)),
        ([look(UNKNOWN)], 0, UP, Verdict(UNKNOWN, 0)),
        ([look(UP, 5)], 0, UNKNOWN, Verdict(UP, 5)),
        ([look(DOWN, 5)], 0, UP, Verdict(DOWN, 5)),
        # a majority of three is two, from the instant at which the second one failed
        ([look(DOWN, 5), look(UP, 1), look(UP, 1)], 0, UP, Verdict(UP, 1)),
        ([look(DOWN, 5), look(DOWN, 9), look(UP, 1)], 0, UP, Verdict(DOWN, 9)),
        ([look(DOWN, 5), look(DOWN, 9), look(DOWN, 7)], 0, UP, Verdict(DOWN, 7)),
        # an even number: more than half
        ([look(DOWN, 5), look(UP, 1)], 0, UP, Verdict(UP, 1)),
        # declared: one is enough, or all are needed
        ([look(DOWN, 5), look(UP, 1), look(UP, 1)], 1, UP, Verdict(DOWN, 5)),
        ([look(DOWN, 5), look(DOWN, 9), look(UP, 1)], 3, UP, Verdict(UP, 1)),
        # fewer witnesses than the quorum: those who are left must agree
        ([look(DOWN, 5), look(UNKNOWN), look(UNKNOWN)], 2, UP, Verdict(DOWN, 5)),
        ([look(DOWN, 5), look(UP, 1), look(UNKNOWN)], 2, UP, Verdict(UP, 1)),
        # slow counts with down towards degraded
        ([look(DOWN, 5), look(DEGRADED, 9), look(UP, 1)], 0, UP, Verdict(DEGRADED, 9)),
        # recovered when the last location that says so did
        ([look(UP, 20), look(UP, 30), look(DOWN, 5)], 0, DOWN, Verdict(UP, 30)),
    ],
)
def test_a_quorum_of_locations_decides(views, quorum, was, verdict):
    assert agreed(views, Terms(quorum=quorum), was=was) == verdict


levels = st.sampled_from([UP, DEGRADED, DOWN, UNKNOWN])


@given(st.lists(levels, max_size=6), st.integers(0, 6))
def test_one_more_failing_location_never_improves_the_verdict(states, quorum):
    order = {UNKNOWN: 0, UP: 0, DEGRADED: 1, DOWN: 2}
    before = agreed([look(s, 1) for s in states], Terms(quorum=quorum))
    worse = [DOWN if s in (UP, DEGRADED) else s for s in states]
    after_all = agreed([look(s, 1) for s in worse], Terms(quorum=quorum))
    assert order[after_all.state] >= order[before.state]


@pytest.mark.parametrize(
    ("seen_by", "out"),
    [
        ({"fra": {"a": DOWN, "b": DOWN}, "nyc": {"a": UP, "b": UP}}, {"fra"}),
        # one of them is truly down
        (
            {
                "fra": {"a": DOWN, "b": DOWN, "c": DOWN},
                "nyc": {"a": UP, "b": UP, "c": DOWN},
            },
            {"fra"},
        ),
        # a single shared monitor says nothing about the location
        ({"fra": {"a": DOWN}, "nyc": {"a": UP}}, set()),
        # it still sees something
        ({"fra": {"a": DOWN, "b": DOWN, "c": UP}, "nyc": {"a": UP, "b": UP, "c": UP}}, set()),
        # the others see the same
        ({"fra": {"a": DOWN, "b": DOWN}, "nyc": {"a": DOWN, "b": DOWN}}, set()),
        ({"fra": {"a": DOWN, "b": DOWN}}, set()),
        ({"fra": {"a": DOWN, "b": DOWN}, "nyc": {"a": UNKNOWN, "b": UNKNOWN}}, set()),
        ({"fra": {}, "nyc": {}}, set()),
        # two of three are out
        (
            {
                "fra": {"a": DOWN, "b": DOWN},
                "sgp": {"a": DOWN, "b": DOWN},
                "nyc": {"a": UP, "b": UP},
            },
            {"fra", "sgp"},
        ),
    ],
)
def test_a_locations_own_outage_is_seen_as_that(seen_by, out):
    assert own_outages(seen_by) == out


@pytest.mark.parametrize(
    ("was", "now", "parents", "by"),
    [
        (UP, DOWN, {"router": DOWN}, "router"),
        (UP, DOWN, {"router": UP}, ""),
        (UP, DOWN, {"router": UNKNOWN}, ""),
        (UP, DOWN, {}, ""),
        (UP, DEGRADED, {"router": DOWN}, "router"),
        (DOWN, UP, {"router": DOWN}, ""),  # what ends is never suppressed
        (DOWN, DEGRADED, {"router": DOWN}, ""),
        (UP, UNKNOWN, {"router": DOWN}, ""),
        (UP, DOWN, {"zeta": DOWN, "alpha": DOWN}, "alpha"),
    ],
)
def test_a_parent_suppresses_only_what_opens(was, now, parents, by):
    assert suppressing(was, now, parents) == by


@pytest.mark.parametrize(
    ("every", "timeout", "passed", "silent"),
    [
        (60_000, 10_000, 180_000, False),
        (60_000, 10_000, 190_001, True),
        (1_000, 1_000, 29_000, False),
        (1_000, 1_000, 30_001, True),
    ],
)
def test_silence_is_no_data(every, timeout, passed, silent):
    assert is_silent(last=0, every=every, timeout=timeout, now=passed) is silent
