"""What happens to a promise over time: versions, flips, exclusions, suspensions, restatements."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from troth.core import clock
from troth.metrics import jobs as metrics
from troth.promises import actions, queries
from troth.promises.actions import Cases
from troth.promises.models import Flip, Followed, Judgement, Promise
from troth.promises.rules.results import Verdict
from troth.promises.rules.terms import DocumentError
from troth.signals import actions as signals
from troth.signals.envelope import Signal
from troth.staff.models import AuditEntry

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def document(slug="calls", **spec):
    plain = {
        "text": "We pick up.",
        "evaluator": "event",
        "signals": {"kind": "call"},
        "good": "outcome = 'answered'",
        "target": "90%",
        "windows": ["7d"],
        "needs": {"cases": 1, "coverage": 0},
    }
    return {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {"name": slug},
        "spec": {name: value for name, value in {**plain, **spec}.items() if value is not None},
    }


def send(*, good=0, bad=0, at=NOON - HOUR, now=NOON, name="", **fields):
    outcomes = ["answered"] * good + ["missed"] * bad
    batch = [
        Signal(source="phone", kind="call", key=f"{name}{at}{n}", happened_at=at, outcome=outcome,
               **fields)
        for n, outcome in enumerate(outcomes)
    ]  # fmt: skip
    signals.accept(batches=[batch], door="test", now=now)


def judge(now=NOON):
    with clock.frozen(now):
        return actions.bring_up_to_date(now=now)


def only(now=NOON, slug="calls"):
    with clock.frozen(now):
        (found,) = queries.standing(slugs=[slug])
    return found


def declare(now=NOON - DAY, reason="", **spec):
    with clock.frozen(now):
        return actions.declare(spec=document(**spec), author="Ada", reason=reason, now=now)


def test_a_promise_that_was_never_judged_is_not_measured_and_never_kept():
    declare()
    found = only()
    assert (found.verdict, found.why, found.judged_at) == (Verdict.NO_DATA, "unmeasured", None)


def test_a_change_of_verdict_leaves_one_flip_however_often_the_job_runs():
    declare()
    send(good=10)
    judge()
    send(bad=5, at=NOON)
    found = [judge(NOON + HOUR), judge(NOON + HOUR), judge(NOON + HOUR)]
    assert [done.flips for done in found] == [1, 0, 0]
    flips = queries.flips(slug="calls")
    assert [(f.was, str(f.now), f.headline) for f in flips] == [
        ("kept", "broken", True),
        ("", "kept", True),
    ]


def test_a_promise_is_not_judged_again_while_nothing_changes():
    declare()
    send(good=10)
    assert [judge().promises, judge().promises] == [1, 0]
    assert judge(NOON + timedelta(minutes=1)).promises == 0


def test_days_leave_the_window_as_time_passes_without_a_single_signal():
    declare()
    send(bad=3, at=NOON - 2 * DAY)
    send(good=3, at=NOON)
    judge()
    assert only().verdict == Verdict.BROKEN
    judge(NOON + 5 * DAY)
    assert only(NOON + 5 * DAY).verdict == Verdict.KEPT


def test_two_judges_at_once_leave_one_flip():
    """Both have read the old verdict; the second to write sees what the first has written."""
    from troth.promises.actions import judging
    from troth.promises.queries import dockets, opinions

    declare()
    send(good=10)
    judge()
    send(bad=10, at=NOON)
    with clock.frozen(NOON + HOUR):
        signals.seal(now=NOON + HOUR)
        metrics.tally(now=NOON + HOUR)
        both = [
            opinions.live(dockets.load(list(Promise.objects.all())), now=NOON + HOUR)
            for _ in range(2)
        ]
        assert [judging._write(found, NOON + HOUR) for found in both] == [1, 0]
    assert Flip.objects.filter(now="broken").count() == 1


def test_an_older_judgement_never_overwrites_a_newer_one():
    from troth.promises.actions import judging
    from troth.promises.queries import dockets, opinions

    declare()
    send(good=10)
    judge()
    with clock.frozen(NOON):
        late = opinions.live(dockets.load(list(Promise.objects.all())), now=NOON)
    send(bad=10, at=NOON)
    judge(NOON + HOUR)
    assert judging._write(late, NOON) == 0
    assert Judgement.objects.get().verdict == "broken"


def test_a_changed_target_judges_only_cases_that_open_from_then_on():
    declare()
    send(good=8, bad=2, at=NOON - 3 * HOUR)
    judge()
    assert only().verdict == Verdict.BROKEN
    declare(now=NOON, target="50%", reason="We promised too much.")
    send(good=5, bad=5, at=NOON + HOUR, now=NOON + 2 * HOUR, name="later")
    judge(NOON + 2 * HOUR)
    found = only(NOON + 2 * HOUR)
    assert found.budget.allowed == Fraction(10, 10) + Fraction(10, 2)
    assert (found.good, found.total) == (13, 20)
    assert found.verdict == Verdict.BROKEN


def test_a_change_of_target_is_a_public_fact_with_its_reason():
    declare()
    declare(now=NOON, target="50%", reason="We promised too much.")
    (change,) = queries.target_changes()
    assert (change.was, change.now) == (Fraction(9, 10), Fraction(1, 2))
    assert change.reason == "We promised too much."
    assert change.changed == ("target",)
    assert [c.version for c in queries.history_of_targets("calls")] == [1, 2]


def test_a_promise_cannot_be_changed_backwards():
    declare(effective_from="2026-01-01")
    with pytest.raises(DocumentError, match="never backwards"):
        declare(now=NOON, target="50%", effective_from="2026-02-01")


def test_a_promise_that_has_not_begun_yet_may_still_be_mended():
    declare(effective_from="2026-05-01")
    version = declare(now=NOON, target="50%", effective_from="2026-05-01")
    assert version.effective_from == datetime(2026, 5, 1, tzinfo=UTC)


def test_declaring_the_same_again_changes_nothing():
    first, second = declare(), declare(now=NOON)
    assert first == second
    assert AuditEntry.objects.filter(thing="promise").count() == 1


def test_a_change_of_words_keeps_the_counts_and_the_series():
    declare()
    send(good=10)
    judge()
    before = set(Followed.objects.values_list("series", flat=True))
    declare(now=NOON, text="We always pick up.")
    assert set(Followed.objects.values_list("series", flat=True)) == before
    judge(NOON + HOUR)
    assert only(NOON + HOUR).total == 10


def test_a_promise_that_starts_in_the_middle_of_a_window_shows_its_coverage():
    declare(effective_from="2026-03-17T00:00:00Z", needs={"cases": 1})
    send(good=10, at=NOON - 5 * DAY)
    send(good=10, at=NOON - HOUR, name="b")
    judge()
    found = only()
    assert (found.verdict, found.why, found.total) == (Verdict.NOT_ENOUGH, "short_history", 10)
    assert found.coverage == pytest.approx(1 / 7)


@pytest.mark.mission("S3.10")
def test_excluded_cases_leave_the_adjusted_figure_and_stay_in_the_raw_one():
    declare(exclusions=["storm"])
    send(good=8, bad=4)
    actions.exclude(slug="calls", category="storm", reason="The line was down.", signed_by="Ada",
                    cases=Cases(where="outcome = 'missed'"), now=NOON)  # fmt: skip
    judge()
    found = only()
    assert (found.good, found.total, found.raw_good, found.raw_total) == (8, 8, 8, 12)
    assert found.verdict == Verdict.KEPT
    (row,) = queries.exclusions(slug="calls")
    assert row.retroactive
    assert row.signed_by == "Ada"


def test_a_category_over_its_cap_is_not_applied_at_all_and_that_is_said():
    declare(exclusions=[{"category": "storm", "cap": "10%"}])
    send(good=8, bad=4)
    actions.exclude(slug="calls", category="storm", reason="The line was down.", signed_by="Ada",
                    cases=Cases(where="outcome = 'missed'"), now=NOON)  # fmt: skip
    judge()
    (window,) = only().windows
    assert (window.good, window.total, window.verdict) == (8, 12, Verdict.BROKEN)
    (excluded,) = window.excluded
    assert (excluded.total, excluded.applied) == (4, False)


def test_a_withdrawn_exclusion_counts_the_cases_again():
    declare(exclusions=["storm"])
    send(good=8, bad=4)
    cases = Cases(where="outcome = 'missed'")
    row = actions.exclude(slug="calls", category="storm", reason="The line was down.",
                          signed_by="Ada", cases=cases, now=NOON)  # fmt: skip
    judge()
    actions.withdraw_exclusion(exclusion=row.pk, author="Ben", now=NOON + HOUR)
    judge(NOON + HOUR)
    assert only(NOON + HOUR).verdict == Verdict.BROKEN


def test_an_exclusion_needs_a_declared_category_a_reason_and_cases():
    declare(exclusions=["storm"])
    with pytest.raises(DocumentError) as refused:
        actions.exclude(slug="calls", category="strom", reason=" ", signed_by="Ada",
                        cases=Cases(), now=NOON)  # fmt: skip
    said = str(refused.value)
    assert "did you mean “storm”?" in said
    assert "everyone will read it" in said
    assert "say which cases" in said


def test_a_suspended_promise_says_so_and_comes_back_by_itself():
    declare()
    send(good=10)
    actions.suspend(slug="calls", starts_at=NOON, ends_at=NOON + HOUR, reason="Moving house.",
                    author="Ada", now=NOON)  # fmt: skip
    judge(NOON)
    assert only().verdict == Verdict.SUSPENDED
    judge(NOON + 2 * HOUR)
    assert only(NOON + 2 * HOUR).verdict == Verdict.KEPT


def test_a_suspension_cannot_begin_in_the_past():
    declare()
    with pytest.raises(ValueError, match="in the past"):
        actions.suspend(slug="calls", starts_at=NOON - DAY, reason="?", author="Ada", now=NOON)


def test_a_past_that_comes_in_pieces_is_no_correction_until_it_has_settled():
    declare()
    later = NOON + 9 * DAY
    minute = timedelta(minutes=1)
    for piece in range(3):
        send(good=10, at=NOON - HOUR, now=later, name=f"piece-{piece}")
        assert judge(later + piece * 9 * minute).restatements == 0
    send(bad=2, at=NOON - HOUR, now=later, name="late")
    assert judge(later + 40 * minute).restatements == 1
    (row,) = queries.restatements(slug="calls")
    assert (row.before_total, row.after_total, row.reason) == (30, 32, "late signals")
    send(bad=2, at=NOON - HOUR, now=later, name="later")
    assert judge(later + 41 * minute).restatements == 1  # once corrected, each change is one


@pytest.mark.mission("S3.10")
def test_a_result_that_changes_after_its_watermark_is_restated():
    declare()
    send(good=10, at=NOON - HOUR)
    later = NOON + 3 * DAY
    judge(later)
    send(bad=2, at=NOON - HOUR, now=later, name="late")
    assert judge(later + HOUR).restatements == 1
    (row,) = queries.restatements(slug="calls")
    assert (row.before_good, row.before_total) == (10, 10)
    assert (row.after_good, row.after_total, row.reason) == (10, 12, "late signals")
    assert judge(later + 2 * HOUR).restatements == 0
    found = only(later + 2 * HOUR)
    assert [day.restated for day in found.strip if day.total] == [True]
    assert found.restated
    assert found.flags == ("restated",)


def test_the_page_of_an_earlier_day_can_be_asked_for():
    """What did we publish before the late signals came: as_of. What do we know now: at."""
    declare()
    send(good=10, at=NOON - HOUR)
    judge()
    send(bad=10, at=NOON - 2 * HOUR, now=NOON + DAY, name="late")
    judge(NOON + DAY)
    with clock.frozen(NOON + DAY):
        (then,) = queries.standing(as_of=NOON)
        (now,) = queries.standing(at=NOON)
    assert (then.verdict, then.total) == (Verdict.KEPT, 10)
    assert (now.verdict, now.total) == (Verdict.BROKEN, 20)


def test_silence_beyond_the_heartbeat_is_no_data():
    declare(needs={"cases": 1, "coverage": 0, "heartbeat": "24h"})
    send(good=10)
    judge()
    assert only().verdict == Verdict.KEPT
    judge(NOON + 2 * DAY)
    found = only(NOON + 2 * DAY)
    assert (found.verdict, found.why) == (Verdict.NO_DATA, "silent")


@pytest.mark.mission("S2.10")
def test_one_failure_breaks_an_invariant_even_below_the_fewest_cases():
    declare(evaluator="invariant", target=None, needs={"cases": 30, "coverage": 0.9})
    send(good=1, bad=1)
    judge()
    found = only()
    assert (found.verdict, found.why, found.budget) == (Verdict.BROKEN, "zero_tolerance", None)


@pytest.mark.mission("S1.5a")
def test_an_overdue_case_is_broken_although_it_is_still_open():
    declare(evaluator="deadline", good=None, due="due_at")
    send(good=1, at=NOON - 3 * HOUR, due_at=NOON - HOUR)
    judge()
    found = only()
    assert (found.good, found.total, found.verdict) == (0, 1, Verdict.BROKEN)


def test_an_attestation_is_kept_until_the_evidence_expires():
    spec = {"evaluator": "attestation", "good": None, "target": None}
    declare(**spec)
    send(good=1, at=NOON - DAY, due_at=NOON + DAY)
    judge()
    assert (only().verdict, only().why) == (Verdict.KEPT, "attested")
    judge(NOON + DAY + HOUR)
    assert only(NOON + DAY + HOUR).verdict == Verdict.BROKEN


@pytest.mark.mission("S2.5")
def test_slices_without_data_are_shown_apart_and_never_good():
    declare(evaluator="timeslice", target="50%", slice="1h", windows=["1d"])
    for hour in (1, 2, 4):
        send(good=1, at=NOON - hour * HOUR + timedelta(minutes=5), name=str(hour))
    judge()
    (window,) = only().windows
    assert (window.good, window.total, window.unknown) == (3, 3, 1)


def test_by_segment_adds_up_to_the_figure_beside_it():
    declare(segments=["line"])
    send(good=3, bad=1, segment={"line": "a"})
    send(good=2, at=NOON - 2 * HOUR, segment={"line": "b"})
    judge()
    with clock.frozen(NOON):
        found = queries.by_segment("calls", attribute="line")
    assert {name: (c.good, c.total) for name, c in found.items()} == {"a": (3, 4), "b": (2, 2)}


def test_a_retired_promise_stands_no_longer_and_keeps_its_history():
    declare()
    send(good=10)
    judge()
    actions.retire(slug="calls", author="Ada", now=NOON)
    assert queries.standing() == []
    assert not Followed.objects.exists()
    assert len(queries.flips(slug="calls")) == 1
    declare(now=NOON + HOUR)
    assert only(NOON + HOUR).slug == "calls"


def test_the_small_number_of_recent_failures_puts_a_promise_at_risk():
    declare(windows=["28d"], target="95%")
    for day in range(28):
        bad = 6 if day < 4 else 0
        send(good=20 - bad, bad=bad, at=NOON - day * DAY)
    judge()
    found = only()
    assert (found.verdict, found.why) == (Verdict.AT_RISK, "posterior")


def test_pending_cases_that_look_late_put_a_promise_at_risk():
    declare(evaluator="deadline", good=None, due="due_at", target="80%", windows=["28d"])
    for number in range(20):
        opened = NOON - (20 - number) * DAY
        send(good=1, at=opened, due_at=opened + 3 * DAY, resolved_at=opened + 2 * DAY)
    for number in range(30):
        send(good=1, at=NOON - 71 * HOUR + timedelta(minutes=number), due_at=NOON + HOUR)
    judge()
    found = only()
    assert found.pending == 32
    assert (found.verdict, found.why) == (Verdict.AT_RISK, "forecast")
