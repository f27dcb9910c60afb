"""What is said of components, how it gives way, and that each past answer can be given again."""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from troth.components import actions, queries
from troth.components.models import Condition
from troth.components.rules.results import Cause, Status
from troth.core.windows import Span
from troth.staff.models import AuditEntry

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MAJOR, PARTIAL, DEGRADED = Status.MAJOR, Status.PARTIAL, Status.DEGRADED


def after(minutes=0, **more):
    return NOON + timedelta(minutes=minutes, **more)


def told(slug="api", *, until=120, as_of=None):
    """Return [(minute it began, status)] of a component in the two hours after noon."""
    found = queries.spans(slug, Span(NOON, after(until)), as_of=as_of)
    return [((one.starts_at - NOON).total_seconds() / 60, one.status) for one in found]


def affect(status, minutes, *, ref="inc1", uid=None, recorded=None, **more):
    actions.affect(
        components={uid: status}, ref=ref, at=after(minutes), by="Ben",
        now=after(recorded if recorded is not None else minutes), **more,
    )  # fmt: skip


def test_an_incident_says_more_and_less_and_ends(declared):
    uid = declared().uid
    affect(DEGRADED, 10, uid=uid)
    affect(MAJOR, 20, uid=uid)
    affect(MAJOR, 25, uid=uid)  # the same again
    actions.relieve(ref="inc1", at=after(40), now=after(40))
    assert told() == [
        (0, Status.OPERATIONAL), (10, DEGRADED), (20, MAJOR), (40, Status.OPERATIONAL),
    ]  # fmt: skip


def test_what_a_ref_said_for_later_gives_way_to_what_it_says_now(declared):
    uid = declared().uid
    affect(MAJOR, 30, uid=uid)
    affect(PARTIAL, 10, uid=uid, recorded=50)  # it had begun earlier, and was less
    assert told() == [(0, Status.OPERATIONAL), (10, PARTIAL)]


def test_two_incidents_speak_beside_each_other_and_one_may_be_taken_back(declared):
    uid = declared().uid
    affect(MAJOR, 10, uid=uid)
    affect(DEGRADED, 20, uid=uid, ref="inc2")
    actions.relieve(ref="inc1", at=after(30), now=after(30))
    assert told()[-1] == (30, DEGRADED)
    assert actions.withdraw(ref="inc2", now=after(60)) == 1
    assert told()[-1] == (30, Status.OPERATIONAL)


@pytest.mark.mission("S3.10")
def test_every_past_answer_can_be_given_again(declared):
    uid = declared(now=NOON - timedelta(days=1)).uid
    affect(MAJOR, 10, uid=uid)
    actions.relieve(ref="inc1", at=after(40), now=after(40))
    affect(MAJOR, 5, uid=uid, recorded=90)  # corrected: it began earlier and was never over
    actions.relieve(ref="inc1", at=after(50), now=after(91))
    assert told(as_of=after(20)) == [(0, Status.OPERATIONAL), (10, MAJOR)]
    assert told(as_of=after(60)) == [(0, Status.OPERATIONAL), (10, MAJOR), (40, "operational")]
    assert told() == [(0, Status.OPERATIONAL), (5, MAJOR), (50, Status.OPERATIONAL)]


def test_only_the_withdrawal_of_a_row_is_ever_written(declared):
    uid = declared().uid
    affect(MAJOR, 10, uid=uid)
    first = Condition.objects.values().get()
    actions.relieve(ref="inc1", at=after(40), now=after(40))
    again = Condition.objects.values().get(pk=first["id"])
    assert {name for name in first if first[name] != again[name]} == {"withdrawn_at"}


def test_a_persons_word_wins_until_its_end_and_the_incident_is_still_there(declared):
    uid = declared().uid
    affect(MAJOR, 10, uid=uid)
    actions.say(component=uid, status=Status.OPERATIONAL, note="A false alarm.",
                until=after(60), by="Ben", now=after(30))  # fmt: skip
    assert told() == [
        (0, Status.OPERATIONAL), (10, MAJOR), (30, Status.OPERATIONAL), (60, MAJOR),
    ]  # fmt: skip
    shown = queries.component("api", at=after(45))
    assert (shown.status, shown.cause, shown.note, shown.until) == (
        Status.OPERATIONAL, Cause.PERSON, "A false alarm.", after(60),
    )  # fmt: skip
    assert queries.component("api", at=after(60)).status is MAJOR


def test_a_later_word_replaces_the_earlier_which_does_not_come_back(declared):
    uid = declared().uid
    actions.say(component=uid, status=MAJOR, by="Ben", now=after(10), until=after(90))
    actions.say(component=uid, status=DEGRADED, by="Cleo", now=after(20), until=after(30))
    assert told() == [
        (0, Status.OPERATIONAL), (10, MAJOR), (20, DEGRADED), (30, Status.OPERATIONAL),
    ]  # fmt: skip


def test_a_word_ends_when_its_speaker_says_so_and_only_once(declared):
    uid = declared().uid
    actions.say(component=uid, status=MAJOR, by="Ben", now=after(10))
    assert actions.unsay(component=uid, by="Ben", now=after(30)) is True
    assert actions.unsay(component=uid, by="Ben", now=after(31)) is False
    assert told() == [(0, Status.OPERATIONAL), (10, MAJOR), (30, Status.OPERATIONAL)]
    assert [one.verb for one in AuditEntry.objects.filter(thing="component").order_by("id")] == [
        "declared", "said", "unsaid",
    ]  # fmt: skip


def test_a_word_taken_back_was_never_said(declared):
    row = declared()
    ref = actions.say(component=row.uid, status=MAJOR, by="Ben", now=after(10))
    other = declared("web")
    assert actions.take_back(component=other.uid, ref=ref, by="Ben", now=after(15)) is False
    assert actions.take_back(component=row.uid, ref=ref, by="Ben", now=after(20)) is True
    assert told() == [(0, Status.OPERATIONAL)]
    assert told(as_of=after(15))[-1] == (10, MAJOR)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"until": after(5)}, "the end must come after the beginning"),
        ({"at": after(20)}, "a word cannot begin in the future"),
        ({"note": "x" * 2_001}, "a note has at most 2,000 characters"),
        ({"note": "a\x00b"}, "cannot hold the character"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_in_plain_words(declared, more, says):
    uid = declared().uid
    with pytest.raises(ValueError, match=says):
        actions.say(component=uid, status=MAJOR, by="Ben", now=after(10), **more)
    assert told() == [(0, Status.OPERATIONAL)]


def test_a_strangers_uid_is_refused_and_nothing_else_is_written(declared):
    uid = declared().uid
    before = queries.revision()
    with pytest.raises(actions.UnknownComponentError, match="“zzz”"):
        actions.affect(components={uid: MAJOR, "zzz": MAJOR}, ref="x", at=NOON, now=NOON)
    with pytest.raises(actions.UnknownComponentError):
        actions.say(component="zzz", status=MAJOR, by="Ben", now=NOON)
    assert told() == [(0, Status.OPERATIONAL)]
    assert queries.revision() == before


def test_the_clock_may_jump_back_and_nothing_is_lost(declared):
    uid = declared(now=NOON - timedelta(days=1)).uid
    affect(MAJOR, 30, uid=uid)
    actions.relieve(ref="inc1", at=after(20), now=after(20))  # the clock was set back
    affect(PARTIAL, 25, uid=uid, ref="inc2")
    actions.relieve(ref="inc2", at=after(35), now=after(35))
    assert told() == [(0, Status.OPERATIONAL), (25, PARTIAL), (35, Status.OPERATIONAL)]


def test_a_component_retired_while_down_ends_down_and_begins_anew_when_declared(declared):
    uid = declared(now=NOON - timedelta(days=1)).uid
    affect(MAJOR, 10, uid=uid)
    actions.retire_component(slug="api", by="Ada", now=after(30))
    assert [one.slug for one in queries.board(at=after(40)).components] == []
    assert queries.component("api", at=after(40)).status is Status.NO_DATA
    actions.relieve(ref="inc1", at=after(50), now=after(50))
    again = declared(now=after(60))
    assert again.uid == uid
    assert told() == [(0, Status.OPERATIONAL), (10, MAJOR), (60, Status.OPERATIONAL)]
    found = queries.downtime("api", Span(NOON, after(120)))
    assert (found.known, found.down) == (90 * 60, Fraction(20 * 60))


def test_downtime_is_exact_weighted_and_says_who_caused_it(declared, weighed):
    uid = declared(now=NOON - timedelta(days=1)).uid
    affect(PARTIAL, 10, uid=uid)
    affect(MAJOR, 20, uid=uid, ref="inc2")
    actions.relieve(ref="inc2", at=after(30), now=after(30))
    actions.relieve(ref="inc1", at=after(40), now=after(40))
    found = queries.downtime("api", Span(NOON, after(60)))
    assert found.down == (20 * Fraction(3, 10) + 10) * 60
    assert dict(found.by_ref) == {"inc1": found.down, "inc2": Fraction(600)}
    weighed(now=after(15), partial="50%")
    weighed(now=after(35), partial="12.5%")
    found = queries.downtime("api", Span(NOON, after(60)))
    assert found.down == (15 * Fraction(1, 2) + 10 + 5 * Fraction(1, 8)) * 60


@pytest.mark.mission("S3.10")
def test_maintenance_is_excused_only_if_it_was_announced_in_time(declared):
    uid = declared(now=NOON - timedelta(days=1)).uid
    works = {"cause": Cause.MAINTENANCE, "uid": uid}
    affect(Status.MAINTENANCE, 0, ref="m1", until=after(30), **works)
    affect(Status.MAINTENANCE, 60, ref="m2", until=after(90), announced=False, **works)
    found = queries.downtime("api", Span(NOON, after(120)))
    assert (found.down, found.raw) == (30 * 60, 60 * 60)
    assert (found.share, found.raw_share) == (Fraction(3, 4), Fraction(1, 2))


def test_an_incident_may_speak_of_the_whole_without_naming_a_component(declared):
    declared()
    actions.affect(components={}, whole=MAJOR, ref="inc1", at=after(10), now=after(10))
    assert told() == [(0, Status.OPERATIONAL)]
    assert actions.relieve(ref="inc1", at=after(20), now=after(20)) == 1


def test_an_end_before_its_beginning_makes_no_span_and_breaks_nothing(declared):
    uid = declared(now=NOON - timedelta(days=1)).uid
    affect(MAJOR, 30, uid=uid, until=after(20))
    affect(MAJOR, 30, uid=uid, until=after(30), ref="inc2")
    assert told() == [(0, Status.OPERATIONAL)]


def test_naughty_strings_come_out_as_they_went_in(declared, shared):
    uid = declared().uid
    text = (shared / "messy/blns/blns.json").read_text("utf-8")
    for number, naughty in enumerate(json.loads(text)):
        if "\x00" in naughty:
            continue
        actions.say(component=uid, status=DEGRADED, note=naughty[:2000], by="Ben",
                    now=after(number))  # fmt: skip
        assert queries.word("api", at=after(number)).note == naughty[:2000]
