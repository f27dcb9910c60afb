"""The score of a small shop: asked, stored each day, moved, exported, ruled, and deceived."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from tests.shop import DAY, NOW, document, judged, parcel
from troth.core import clock
from troth.core.problems import DocumentError
from troth.promises import actions, jobs
from troth.promises.actions import finding, ruling, scoring
from troth.promises.models import Flip, IntegrityEvent, Promise, Restatement, Score, ScoreRules
from troth.promises.queries import evidence, rulebook, scores
from troth.promises.score_commands import score as command
from troth.promises.scoring.attributing import NothingToCompareError
from troth.promises.scoring.documents import Signing
from troth.signals import actions as signals

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 3, 19)
RULES = {
    "apiVersion": "troth/v1",
    "kind": "ScoreRules",
    "metadata": {"name": "score"},
    "spec": {"half_life": "14d", "enough": 10, "reason": "Parcels are few."},
}


def ruled(**spec):
    return {**RULES, "spec": {**RULES["spec"], **spec}}


def run(*arguments):
    answer = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def told(*arguments):
    return json.loads(run(*arguments, "--json"))


def at(days):
    return clock.frozen(NOW + days * DAY)


def late_ones(*, now):
    """Accept ten parcels to Germany that were late, due two days before the shop's noon."""
    due = NOW - 2 * DAY
    late = [
        parcel(
            n, happened_at=due - DAY, due_at=due, resolved_at=NOW, segment={"country": "de"},
        )
        for n in range(50, 60)
    ]  # fmt: skip
    signals.accept(batches=[late], door="test", now=now)
    judged(now)


def test_an_installation_without_promises_has_no_number(noon):
    assert scores.score().reason == "nothing"
    assert "nothing has been judged yet" in run()
    assert not jobs.is_unscored(now=NOW)


def test_the_score_is_of_the_last_day_that_is_over(shop):
    shop()
    found = scores.score()
    assert date.fromordinal(found.day) == YESTERDAY
    (one,) = found.beliefs
    assert one.slug == "on-time"
    assert one.enough
    total = sum(e.rows.total.sum() for e in evidence.evidence())
    by_then = [n for n in range(40) if parcel(n).due_at < datetime(2026, 3, 20, tzinfo=UTC)]
    assert found.value is not None
    assert total >= len(by_then)
    earlier = scores.score(at=NOW - 14 * DAY)
    assert earlier.value is None
    assert earlier.reason == "not_enough"


@pytest.mark.mission("S4.8")
def test_a_day_is_stored_once_and_again_only_where_it_came_out_differently(shop):
    shop(needs={"cases": 10})
    assert jobs.is_unscored(now=NOW)
    written = jobs.score(now=NOW)
    newest = scores.latest()
    assert newest.day == YESTERDAY
    assert written == Score.objects.count() == len(scores.history(since=date(2026, 1, 1)))
    assert newest.value == pytest.approx(scores.score().value)
    assert jobs.score(now=NOW + timedelta(hours=2)) == 0
    assert not jobs.is_unscored(now=newest.computed_at)
    assert jobs.is_unscored(now=NOW + DAY)
    late = parcel(90, late=True, happened_at=NOW - 4 * DAY, due_at=NOW - 2 * DAY, resolved_at=NOW)
    signals.accept(batches=[[late]], door="test", now=NOW)
    judged()
    assert jobs.score(now=NOW + timedelta(hours=3)) == 2  # two days are over since it was due
    both = scores.history(since=YESTERDAY, every=True)
    assert [one.computed_at for one in both] == [NOW, NOW + timedelta(hours=3)]
    assert both[0].value > both[1].value
    assert scores.latest().value == both[1].value


def test_as_of_answers_with_what_was_known_then(shop):
    shop()
    before = scores.score(at=NOW)
    with at(1):
        late_ones(now=clock.now())
        assert scores.score(at=NOW).points < before.points - 1
        again = scores.score(at=NOW, as_of=NOW)
        assert again.points == pytest.approx(before.points)


@pytest.mark.mission("S0.1", "S4.13")
def test_what_moved_it_leads_to_the_cases(shop, client, ben, noon):
    shop()
    late_ones(now=NOW)
    moved = told("--from", "2026-03-10", "--to", "2026-03-19")
    parts = [cause["points"] for p in moved["promises"] for cause in p["causes"]]
    assert sum(parts) == pytest.approx(moved["change"], abs=1e-9)
    (promise,) = moved["promises"]
    assert promise["attribute"] == "country"
    days = [cause for cause in promise["causes"] if cause["day"] and cause["broken"]]
    assert {cause["segment"] for cause in days} <= {"de", "fr"}
    assert all(f"day={cause['day']}" in cause["cases"] for cause in days)
    assert {cause["broken"] for cause in days} == {10}
    client.force_login(ben)
    worst = min(days, key=lambda cause: cause["points"])
    answer = client.get(worst["cases"])
    assert answer.status_code == 200
    assert answer.context["page"].total == worst["broken"]
    text = run("--from", "2026-03-10", "--to", "2026-03-19")
    assert "/desk/promises/on-time/cases/?" in text


def test_nothing_compares_with_a_day_before_everything(shop):
    shop()
    with pytest.raises(NothingToCompareError):
        scores.attribution(start=NOW - 300 * DAY, end=NOW)


def test_the_export_is_recomputed_by_a_bare_interpreter(shop, tmp_path):
    shop()
    run("--export", str(tmp_path))
    answer = subprocess.run(
        [sys.executable, "-I", tmp_path / "recompute.py"], capture_output=True, check=False
    )
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.decode().splitlines()[-1] == "the same"
    assert f"{len(scores.export()['promises'])} promises" in (tmp_path / "README.txt").read_text()
    document_ = json.loads((tmp_path / "score.json").read_text("utf-8"))
    assert document_["published"] != "not enough evidence"
    assert (tmp_path / "days.csv").read_text("utf-8").startswith("promise,day,kept,cases")
    document_["promises"][0]["days"][-1][1] -= 1  # one case less was kept
    (tmp_path / "score.json").write_text(json.dumps(document_), "utf-8")
    answer = subprocess.run(
        [sys.executable, "-I", tmp_path / "recompute.py"], capture_output=True, check=False
    )
    assert answer.returncode == 1
    assert answer.stdout.decode().splitlines()[-1] == "they DIFFER"


def test_what_is_stored_can_be_recomputed_even_after_late_signals(shop, tmp_path):
    shop()
    jobs.score(now=NOW)
    newest = scores.latest()
    data = json.loads(scores.data(newest.id))
    assert data["day"] == str(newest.day)
    assert data["published"][0] == f"{newest.value:.1f}"


def test_rules_are_versions_and_do_not_change_yesterday(shop):
    shop()
    before = scores.score(at=NOW)
    with at(1):
        row = ruling.declare_rules(spec=RULES, author="Ada", now=clock.now())
        assert (row.number, row.reason) == (1, "Parcels are few.")
        again = ruling.declare_rules(spec=RULES, author="Ada", now=clock.now())
        assert again.number == 1
        ruling.declare_rules(spec=ruled(loss_aversion=1), author="Ada", now=clock.now() + DAY)
        assert [one.number for one in rulebook.rulebook()] == [2, 1, 0]
        assert scores.score(at=NOW).points == pytest.approx(before.points)
    with at(3):
        assert scores.score().constants.version == 2
        moved = scores.attribution(start=NOW, end=clock.now())
        assert moved.total == pytest.approx(moved.change, abs=1e-9)
        assert any(c.cause == "rules" for p in moved.promises for c in p.causes)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"half_life": "1h"}, "spec.half_life"),
        ({"loss_aversion": "much"}, "spec.loss_aversion"),
        ({"pillars": {"beauty": 1}}, "spec.pillars.beauty"),
        ({"prior": {"gap": 99}}, "spec.prior.gap"),
        ({"integrity": {"concealment": "100%"}}, "spec.integrity.concealment"),
        ({"felt": {"scale": {"low": 7, "high": 1}}}, "spec.felt.scale"),
        ({"promises": {"nowhere": 2}}, "spec"),
        ({"unknown": 1}, "spec.unknown"),
    ],
)
def test_rules_that_make_no_sense_are_refused_with_their_field(spec, field, noon):
    with pytest.raises(DocumentError) as caught:
        ruling.declare_rules(spec=ruled(**spec), author="Ada", now=NOW)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert not ScoreRules.objects.exists()


def test_an_event_that_somebody_signs_counts_until_it_is_withdrawn(shop):
    shop()
    plain = scores.score().value
    signing = Signing(
        name="late-notice", kind="concealment", promise="on-time", happened_on=YESTERDAY,
        summary="Late parcels were entered a day early.", evidence="audit-7", signed_by="Ada",
    )  # fmt: skip
    row = ruling.sign_event(signing=signing, author="Ada", now=NOW)
    assert scores.score().value == pytest.approx(0.8 * plain)
    with pytest.raises(DocumentError):
        ruling.sign_event(signing=signing, author="Ada", now=NOW)
    with at(2):
        ruling.withdraw_event(event=row.pk, why="It was a test.", author="Ada", now=clock.now())
        assert scores.score(at=NOW).value == pytest.approx(0.8 * plain)  # it counted then
        assert scores.score(at=clock.now() + DAY).factor == 1
    with pytest.raises(DocumentError):
        ruling.withdraw_event(event=row.pk, why=" ", author="Ada", now=NOW)


def test_hiding_a_broken_promise_counts_after_the_days_of_grace(shop):
    promise = shop(target="99%")
    assert Flip.objects.filter(promise=promise, now="broken").exists()
    spec = document(target="99%", visibility="internal")
    with at(1):
        actions.declare(spec=spec, author="Ben", reason="Not now.", now=clock.now())
        assert finding.find_events(now=clock.now()) == 1
        assert finding.find_events(now=clock.now()) == 0
        (row,) = rulebook.integrity_events(scope="public")
        assert (row.kind, row.found) == ("concealment", True)
        assert row.counts_from == row.happened_on + timedelta(days=7)


def test_hiding_a_kept_promise_is_no_deception(shop):
    shop(target="50%")
    spec = document(target="50%", visibility="internal")
    actions.declare(spec=spec, author="Ben", reason="", now=NOW + DAY)
    assert finding.find_events(now=NOW + DAY) == 0


def test_counting_less_in_silence_is_an_exclusion(shop):
    shop()
    spec = document(signals={"kind": "delivery", "where": "segment.country = 'de'"})
    with at(1):
        version = actions.declare(spec=spec, author="Ben", reason="", now=clock.now())
        assert finding.find_events(now=clock.now()) == 1
        row = IntegrityEvent.objects.get()
        assert row.slug == f"counting-{version.pk}"
        assert row.kind == "exclusion"
        assert "points fewer cases" in row.summary


def test_counting_less_with_a_reason_is_a_change_like_any_other(shop):
    shop()
    spec = document(signals={"kind": "delivery", "where": "segment.country = 'de'"})
    with at(1):
        actions.declare(spec=spec, author="Ben", reason="France has its own.", now=clock.now())
        assert finding.find_events(now=clock.now()) == 0


def test_failures_that_disappear_from_closed_days_are_a_restatement(shop):
    promise = shop()
    for day, reason in ((1, "corrected signals"), (2, "late signals")):
        Restatement.objects.create(
            promise=promise, bucket=1, before_good=60, before_total=100, after_good=80,
            after_total=100, reason=reason, at=NOW - day * timedelta(hours=1),
        )  # fmt: skip
    assert finding.find_events(now=NOW) == 1
    assert IntegrityEvent.objects.get().kind == "restatement"


def test_what_is_not_public_is_in_no_public_score(shop):
    shop("on-time")
    shop("secret", visibility="internal")
    assert [one.slug for one in scores.score().beliefs] == ["on-time"]
    assert [one.slug for one in scores.score(scope="all").beliefs] == ["on-time", "secret"]
    jobs.score(now=NOW)
    assert scores.latest(scope="all").detail["promises"][1]["slug"] == "secret"
    assert "secret" not in json.dumps(scores.latest().detail)
    assert "secret" in run("--all")


def test_a_retired_promise_stays_with_what_it_was(shop):
    shop("on-time")
    with at(4):
        judged(clock.now())
        before = scores.score()
        actions.retire(slug="on-time", author="Ben", reason="", now=clock.now())
        after = scores.score()
        assert after.beliefs[0].retired
        assert after.points == pytest.approx(before.points, abs=3)


def test_days_of_a_suspension_and_excluded_cases_do_not_count(shop):
    promise = shop()
    plain = evidence.evidence()[0]
    cases = actions.Cases(where="segment.country = 'fr'", starts_at=NOW - 10 * DAY, ends_at=NOW)
    actions.exclude(slug="on-time", category="storm", reason="Snow.", cases=cases,
                    signed_by="Ada", now=NOW)  # fmt: skip
    judged()
    less = evidence.evidence()[0]
    assert less.excluded > 0
    assert told()["excluded"] == less.excluded
    assert less.rows.total.sum() == plain.rows.total.sum() - less.excluded
    assert Promise.objects.get() == promise
    with at(-12):
        actions.suspend(slug="on-time", starts_at=NOW - 12 * DAY, ends_at=NOW - 9 * DAY,
                        reason="Moving.", author="Ada", now=NOW - 12 * DAY)  # fmt: skip
    off = evidence.evidence()[0]
    assert set(less.rows.day.tolist()) - set(off.rows.day.tolist()) == {
        (NOW - n * DAY).date().toordinal() for n in (10, 11, 12)
    }


def test_what_people_feel_stands_beside_and_never_in_it(shop):
    from troth.metrics import actions as metrics
    from troth.signals.envelope import Signal

    shop()
    plain = scores.score()
    survey = {
        "apiVersion": "troth/v1", "kind": "Metric", "metadata": {"name": "felt-trust"},
        "spec": {"title": "Trust", "over": "survey.trust", "value": "value"},
    }  # fmt: skip
    metrics.declare(document=survey, author="Ada", now=NOW)
    ruling.declare_rules(
        spec=ruled(felt={"metric": "felt-trust"}), author="Ada", now=NOW - 30 * DAY
    )
    names = ("humanity", "transparency", "capability", "reliability")
    answers = [
        Signal(source="survey", kind="survey.trust", key=f"{n}-{name}", value=float(4 + n % 3),
               happened_at=NOW - 2 * DAY, segment={"statement": name})
        for n in range(40) for name in names
    ]  # fmt: skip
    signals.accept(batches=[answers], door="test", now=NOW)
    judged()
    found = told("--at", "2026-03-19")
    felt = found["felt"]
    assert felt["n"] == 40
    mean = sum(4 + n % 3 for n in range(40)) / 40
    assert felt["value"] == pytest.approx(100 * (mean - 1) / 6)
    assert felt["low"] < felt["value"] < felt["high"]
    assert [one["name"] for one in felt["statements"]] == sorted(names)
    assert found["rules"] == 1
    jobs.score(now=NOW)
    assert scores.latest().detail["felt"]["n"] == 40
    assert scores.score().composed != pytest.approx(felt["value"], abs=1)
    assert plain.beliefs[0].slug == "on-time"
    assert "Felt:" in run()


def test_the_first_look_tells_ninety_days_at_most(shop):
    shop()
    jobs.score(now=NOW)
    days = [one.day for one in scores.history(since=date(2020, 1, 1))]
    assert days[-1] == YESTERDAY
    assert len(days) <= scoring.FIRST_DAYS
    assert scores.latest().detail["drivers"] is not None


def test_trials_of_half_lives_need_a_thousand_cases(shop):
    shop()
    assert "keep the default" in run("--half-lives")


@pytest.mark.mission("S4.15")
def test_other_weights_are_tried_on_the_same_evidence_and_explained(shop, tmp_path):
    shop("on-time")
    shop("strict", target="95%", pillar="team")
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps(ruled(half_life="30d", enough=30, pillars={"team": 5})))
    found = told("--rules", str(file))
    assert found["after"] < found["before"]
    assert sum(p["points"] for p in found["promises"]) == pytest.approx(found["change"], abs=1e-9)
    assert {p["slug"] for p in found["promises"]} == {"on-time", "strict"}
    assert not ScoreRules.objects.exists()
    assert "new rules of the score" in run("--rules", str(file))
