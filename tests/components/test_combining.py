"""Who says what of a component, against a second-by-second reading of the same rule."""

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.components.rules.combining import (
    FAR,
    Claim,
    Stretch,
    Told,
    Watching,
    timeline,
    within,
    worst,
)
from troth.components.rules.results import Cause, Status

LENGTH = 30
TROUBLES = (Status.DEGRADED, Status.PARTIAL, Status.MAJOR)


def claim(starts, ends=FAR, status=Status.MAJOR, cause=Cause.INCIDENT, ref="inc", **more):
    return Claim(starts=starts, ends=ends, status=status, cause=cause, ref=ref, **more)


def said(claims, watches=(), *, starts=0, ends=LENGTH):
    """Return (starts, ends, status) of the timeline, whoever is the reason."""
    found = timeline(claims, watches, starts=starts, ends=ends)
    runs = [list(run) for _, run in groupby(found, key=lambda one: one.status)]
    return [(run[0].starts, run[-1].ends, run[0].status) for run in runs]


@st.composite
def _claims(draw):
    cause = draw(st.sampled_from(list(Cause)))
    starts = draw(st.integers(-5, LENGTH))
    ends = draw(st.one_of(st.just(FAR), st.integers(starts, LENGTH + 5)))
    says = {
        Cause.MAINTENANCE: (Status.MAINTENANCE,),
        Cause.PROBE: (Status.NO_DATA, *TROUBLES),
        Cause.INCIDENT: (Status.OPERATIONAL, *TROUBLES),
        Cause.PERSON: (Status.OPERATIONAL, Status.MAINTENANCE, Status.NO_DATA, *TROUBLES),
    }[cause]
    return claim(
        starts, ends, draw(st.sampled_from(says)), cause, draw(st.sampled_from("ab")),
        announced=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def _watching(draw):
    starts = draw(st.integers(-5, LENGTH))
    ends = draw(st.one_of(st.just(FAR), st.integers(starts, LENGTH + 5)))
    return Watching(ref=draw(st.sampled_from("ab")), starts=starts, ends=ends)


def oracle(claims, watches, second):
    """Answer the status at one second in the words of the rule, one sentence a line."""
    here = [c for c in claims if c.starts <= second < c.ends]
    words = [c for c in here if c.cause == "person"]
    if words:
        return max(words, key=lambda c: c.order).status
    incidents = {c.status for c in here if c.cause == "incident"} - {Status.OPERATIONAL}
    if any(c.cause == "maintenance" for c in here) and not incidents:
        return Status.MAINTENANCE
    probes = {c.status for c in here if c.cause == "probe"} - {Status.NO_DATA}
    for status in (Status.MAJOR, Status.PARTIAL, Status.DEGRADED):
        if status in incidents | probes:
            return status
    watching = {w.ref for w in watches if w.starts <= second < w.ends}
    silent = {c.ref for c in here if c.status == Status.NO_DATA}
    return Status.NO_DATA if watching and watching <= silent else Status.OPERATIONAL


@given(st.lists(_claims(), max_size=8), st.lists(_watching(), max_size=3))
def test_the_timeline_says_of_every_second_what_the_rule_says(claims, watches):
    claims = [
        Claim(**{name: getattr(one, name) for name in Claim.__slots__ if name != "order"}, order=n)
        for n, one in enumerate(claims)
    ]
    found = timeline(claims, watches, starts=0, ends=LENGTH)
    told = [one.status for one in found for _ in range(one.starts, one.ends)]
    assert told == [oracle(claims, watches, second) for second in range(LENGTH)]
    assert all(a.ends == b.starts and a.told != b.told for a, b in pairwise(found))


def test_a_person_wins_until_the_words_end_and_the_last_word_counts():
    down = claim(0)
    word = claim(5, 20, Status.OPERATIONAL, Cause.PERSON, "w1", order=1)
    later = claim(10, 15, Status.DEGRADED, Cause.PERSON, "w2", order=2)
    assert said([down, later, word]) == [
        (0, 5, Status.MAJOR),
        (5, 10, Status.OPERATIONAL),
        (10, 15, Status.DEGRADED),
        (15, 20, Status.OPERATIONAL),
        (20, 30, Status.MAJOR),
    ]


def test_maintenance_hides_what_probes_see_but_not_what_an_incident_says():
    works = claim(0, 20, Status.MAINTENANCE, Cause.MAINTENANCE, "m")
    probe = claim(5, FAR, Status.MAJOR, Cause.PROBE, "monitor:web")
    incident = claim(10, 15, Status.DEGRADED)
    assert said([works, probe, incident]) == [
        (0, 10, Status.MAINTENANCE),
        (10, 15, Status.MAJOR),
        (15, 20, Status.MAINTENANCE),
        (20, 30, Status.MAJOR),
    ]


def test_silence_is_no_data_only_where_every_watch_is_silent():
    watches = [Watching(ref="monitor:a", starts=0), Watching(ref="monitor:b", starts=10)]
    silent = [
        claim(0, 25, Status.NO_DATA, Cause.PROBE, "monitor:a"),
        claim(20, FAR, Status.NO_DATA, Cause.PROBE, "monitor:b"),
    ]
    assert said(silent, watches) == [
        (0, 10, Status.NO_DATA),
        (10, 20, Status.OPERATIONAL),
        (20, 25, Status.NO_DATA),
        (25, 30, Status.OPERATIONAL),
    ]


def test_of_two_that_say_the_same_the_incident_is_named_and_both_are_kept():
    probe = claim(0, FAR, Status.MAJOR, Cause.PROBE, "monitor:web")
    (only,) = timeline([probe, claim(0)], (), starts=0, ends=LENGTH)
    assert (only.told.ref, only.told.refs) == ("inc", ("inc", "monitor:web"))


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((), Status.OPERATIONAL),
        ((Status.NO_DATA, Status.OPERATIONAL), Status.NO_DATA),
        ((Status.NO_DATA, Status.MAINTENANCE), Status.MAINTENANCE),
        ((Status.PARTIAL, Status.DEGRADED, Status.MAJOR), Status.MAJOR),
    ],
)
def test_the_worst_of_some(statuses, status):
    assert worst(statuses) is status


def test_only_what_lies_in_a_life_counts():
    fine = Told(status=Status.OPERATIONAL)
    found = within([Stretch(starts=0, ends=30, told=fine)], [(5, 10), (20, FAR)])
    assert [(one.starts, one.ends) for one in found] == [(5, 10), (20, 30)]
