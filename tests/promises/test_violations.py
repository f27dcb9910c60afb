"""The ledger of violations: every flip to broken once, with one state of its remedy."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shop import DAY, HOUR, NOW, document, judged, parcel
from tests.together import at_once
from troth.core import clock
from troth.promises import actions, queries
from troth.promises.models import Flip, Remedy
from troth.promises.rules.remedies import RemedyState, Sought, problems, recordable, unanswered
from troth.promises.rules.terms import DocumentError
from troth.signals import actions as signals
from troth.staff.models import AuditEntry

OWED, UNDER_WAY, DONE, NOT_OWED, NONE = RemedyState
REFUND = "Shipping is refunded within 5 days."


def ledger(**sought):
    return queries.Ledger(Sought(**sought))[:]


@pytest.fixture
def broken(shop):
    """Return the one violation of a promise that names a remedy and is broken in one window."""
    shop(target="90%", windows=["14d"], remedy=REFUND)
    (violation,) = ledger()
    return violation


def walked(slug, verdicts, windows=("28d", "1M")):
    """Write flips by hand, an hour apart, as judging would have."""
    promise = actions.declare(
        spec=document(slug, windows=list(windows)), author="Ada", now=NOW - DAY
    ).promise
    was = dict.fromkeys(windows, "")
    for number, (window, now) in enumerate(verdicts):
        at = NOW + number * HOUR
        Flip.objects.create(promise=promise, window=window, was=was[window], now=now, at=at)
        was[window] = now
    return promise


@pytest.mark.mission("S4.5")
@pytest.mark.django_db
@pytest.mark.parametrize("remedy", ["", REFUND])
def test_each_flip_to_broken_is_in_the_ledger_once_and_has_one_state(shop, remedy):
    """The oracle walks every flip by hand, window by window."""
    for number, target in enumerate(("70%", "90%", "99%")):
        shop(f"p-{number}", target=target, remedy=remedy)
    for day in (2, 5, 9, 20, 40):
        at = NOW + day * DAY
        batch = [parcel(n, key=f"{day}-{n}", late=n % day == 0, now=at) for n in range(40)]
        signals.accept(batches=[batch], door="test", now=at)
        judged(at)
    expected, begun = {}, {}
    for flip in Flip.objects.order_by("at", "id"):
        place = (flip.promise.slug, flip.window)
        if place in begun:
            expected[begun.pop(place)] = (flip.at, flip.now)
        if flip.now == "broken":
            begun[place] = flip.pk
            expected[flip.pk] = (None, "")
    found = ledger()
    assert {each.id: (each.ended_at, each.ended_as) for each in found} == expected
    assert len(found) == len(expected) == queries.Ledger().count() > 4
    first = OWED if remedy else NONE
    assert [each.state for each in found] == [first] * len(found)
    assert queries.remedy_states() == {first: len(found)}
    assert [each.began_at for each in found] == sorted((e.began_at for e in found), reverse=True)


@pytest.mark.mission("S4.5")
@pytest.mark.django_db
def test_a_promise_kept_again_ends_its_violation_and_not_what_it_owes(shop, ben):
    shop()
    walked("walked", [("28d", "kept"), ("28d", "broken"), ("1M", "broken"), ("28d", "kept"),
                      ("28d", "broken"), ("28d", "at_risk")])  # fmt: skip
    second, month, first = ledger(slug="walked")
    assert (first.ended_as, first.lasted) == ("kept", 2 * HOUR)
    assert (second.ended_as, second.lasted) == ("at_risk", HOUR)
    assert (month.ended_as, month.ended_at, month.lasted) == ("dropped", None, None)
    actions.record_remedy(violation=first.id, state=DONE, author=ben, now=NOW + DAY)
    assert {each.id: each.state for each in ledger(slug="walked")} == {
        first.id: DONE, second.id: NONE, month.id: NONE,
    }  # fmt: skip


def test_a_correction_that_breaks_a_promise_is_a_violation_and_says_so(shop):
    shop(target="70%", windows=["14d"])
    assert ledger() == []
    late = [parcel(n, version=2, late=True) for n in (21, 22, 23)]
    signals.accept(batches=[late], door="test", now=NOW + HOUR)
    judged(NOW + HOUR)
    (violation,) = ledger()
    assert violation.restated
    assert not violation.ended_at


def test_a_promise_made_no_longer_ends_its_violations_and_still_owes(broken, ben):
    actions.retire(slug="on-time", author=ben, now=NOW + DAY)
    (after,) = ledger()
    assert (after.ended_as, after.lasted, after.state) == ("withdrawn", DAY, OWED)


def test_a_window_that_the_promise_no_longer_has_ends_its_violation(shop, broken):
    with clock.frozen(NOW + DAY):
        spec = document(target="90%", windows=["1M"], remedy=REFUND)
        actions.declare(spec=spec, author="Ada", now=NOW + DAY)
        judged(NOW + DAY)
    (after,) = (each for each in ledger() if each.id == broken.id)
    assert (after.ended_as, after.lasted) == ("dropped", DAY)


def test_what_was_promised_when_it_broke_is_owed_whatever_is_promised_later(shop, broken):
    spec = document(target="90%", windows=["14d"], remedy="")
    actions.declare(spec=spec, author="Ada", now=NOW + DAY)
    (after,) = ledger()
    assert (after.remedy, after.state) == (REFUND, OWED)


@pytest.mark.mission("S4.5")
def test_what_is_recorded_stays_and_the_newest_counts(broken, ben, cleo):
    record = actions.record_remedy
    record(violation=broken.id, state=UNDER_WAY, note="We are refunding.", author=ben, now=NOW)
    record(violation=broken.id, state=DONE, internal_note="Batch 7", author=cleo, now=NOW + HOUR)
    record(violation=broken.id, state=UNDER_WAY, note="Not all yet.", author=ben, now=NOW + DAY)
    after = queries.violation(broken.id)
    assert [(row.number, row.state, row.by) for row in after.remedies] == [
        (1, UNDER_WAY, "Ben"), (2, DONE, "Cleo"), (3, UNDER_WAY, "Ben"),
    ]  # fmt: skip
    assert (after.state, after.note) == (UNDER_WAY, "Not all yet.")
    trail = AuditEntry.objects.filter(verb="recorded a remedy for").order_by("id")
    assert [(row.before["state"], row.after["state"]) for row in trail] == [
        ("owed", "under_way"), ("under_way", "done"), ("done", "under_way"),
    ]  # fmt: skip
    assert trail[0].thing_id == "on-time"


def test_the_same_said_twice_is_written_once(broken, ben):
    for _ in range(2):
        actions.record_remedy(violation=broken.id, state=DONE, seen=0, author=ben, now=NOW)
    assert Remedy.objects.count() == 1


def test_who_did_not_see_the_newest_remedy_is_told_and_nothing_is_written(broken, ben, cleo):
    actions.record_remedy(violation=broken.id, state=DONE, seen=0, author=ben, now=NOW)
    with pytest.raises(actions.Overtaken):
        actions.record_remedy(violation=broken.id, state=UNDER_WAY, seen=0, author=cleo, now=NOW)
    assert Remedy.objects.count() == 1
    actions.record_remedy(violation=broken.id, state=UNDER_WAY, seen=1, author=cleo, now=NOW)
    assert queries.violation(broken.id).state is UNDER_WAY


@pytest.mark.django_db(transaction=True)
def test_of_two_who_record_at_once_one_is_written_and_the_other_told():
    actions.declare(spec=document(target="90%", windows=["14d"]), author="Ada", now=NOW)
    batch = [parcel(number, late=True) for number in range(40)]
    signals.accept(batches=[batch], door="test", now=NOW)
    with clock.frozen(NOW):
        judged()
    number = Flip.objects.get(now="broken").pk

    def record(who):
        note = ("Ada", "Ben")[who]
        try:
            actions.record_remedy(
                violation=number, state=DONE, note=note, seen=0, author=note, now=NOW
            )
        except actions.Overtaken:
            return "told"
        return "written"

    assert sorted(at_once(record, 2)) == ["told", "written"]
    assert Remedy.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "note", "field"),
    [
        (NOT_OWED, "", "note"),
        (NOT_OWED, "   ", "note"),
        (NONE, "", "state"),
        ("fine", "", "state"),
        (DONE, "x" * 2001, "note"),
        (DONE, "a\x00b", "note"),
    ],
)
def test_a_remedy_that_says_nothing_or_denies_a_promise_is_refused(broken, ben, state, note, field):
    with pytest.raises(DocumentError) as refused:
        actions.record_remedy(violation=broken.id, state=state, note=note, author=ben, now=NOW)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert Remedy.objects.count() == 0


@pytest.mark.django_db
def test_only_a_flip_to_broken_can_be_answered(shop, ben):
    shop()
    kept = Flip.objects.filter(now="kept").first()
    for number in (kept.pk, 2**62):
        with pytest.raises(Flip.DoesNotExist):
            actions.record_remedy(violation=number, state=DONE, author=ben, now=NOW)
        assert queries.violation(number) is None


@pytest.mark.django_db
def test_the_ledger_is_sought_by_state_promise_visibility_and_time(shop, ben):
    shop("one", target="90%", remedy=REFUND)
    shop("two", target="95%", visibility="internal")
    assert len(ledger()) == 4
    done = ledger(slug="one")[0]
    actions.record_remedy(violation=done.id, state=DONE, author=ben, now=NOW)
    assert [each.id for each in ledger(state="done")] == [done.id]
    assert {each.slug for each in ledger(state="none_promised")} == {"two"}
    assert {each.slug for each in ledger(visibility="public")} == {"one"}
    assert ledger(since=NOW) == []
    assert len(ledger(since=NOW - timedelta(seconds=1), until=NOW)) == 4
    assert queries.remedy_states() == {OWED: 1, DONE: 1, NONE: 2}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_the_ledger_asks_the_database_as_often_for_three_as_for_one(
    shop, ben, django_assert_num_queries, number
):
    for count in range(number):
        shop(f"p-{count}", target="90%", remedy=REFUND)
    for each in ledger():
        actions.record_remedy(violation=each.id, state=DONE, author=ben, now=NOW)
    with django_assert_num_queries(2):
        assert len(ledger()) == 2 * number


@given(st.text(max_size=20), st.sampled_from(RemedyState))
def test_nothing_promised_is_never_owed_and_what_is_promised_never_unsaid(remedy, state):
    first = unanswered(remedy)
    assert (first is OWED) == bool(remedy.strip())
    assert first in recordable(remedy)
    allowed = not list(problems(remedy, state, "A reason.", ""))
    assert allowed == (state in recordable(remedy))
    assert (NONE in recordable(remedy)) == (first is NONE)
