import json
import subprocess
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db.models import F

from tests.page.support import NOON
from troth.core import clock
from troth.core.models import Job
from troth.metrics import jobs as metrics
from troth.page import actions, jobs
from troth.page.commands import publish as command
from troth.promises import actions as promises
from troth.promises.models import Promise
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]


def declare(slug="lights", *, now=NOON, **spec):
    whole = {
        "text": "A dark light shines again in time.",
        "evaluator": "deadline",
        "signals": {"kind": slug},
        "due": "due_at",
        "target": "75%",
        "windows": ["28d"],
        "needs": {"coverage": 0},
        **spec,
    }
    document = {"metadata": {"name": slug, "displayName": slug.capitalize()}, "spec": whole}
    promises.declare(spec=document, author="ada", reason="We are sure.", now=now)


def happen(slug="lights", *, kept=40, broken=0, now=NOON):
    opened = now - timedelta(days=5)
    due = now - timedelta(days=2)
    cases = [
        Signal(
            source="city",
            kind=slug,
            key=f"{slug}-{now:%H%M}-{n}",
            happened_at=opened,
            due_at=due,
            resolved_at=due - timedelta(hours=1) if n < kept else None,
        )
        for n in range(kept + broken)
    ]
    signals.accept(batches=[cases], door="test", now=now)
    signals.seal(now=now)
    metrics.tally(now=now)
    promises.judge_all(now=now, everything=True)


def read(place, name="index.html"):
    return (place / "current" / name).read_text()


@pytest.fixture(autouse=True)
def noon():
    with clock.frozen(NOON):
        yield


def test_without_a_promise_the_page_says_so_to_visitor_and_owner(place):
    assert actions.publish(now=NOON)
    assert "We have not published a promise yet." in read(place)
    assert "Nothing has been checked yet." in read(place)
    assert "troth apply" in read(place)
    assert "Wir haben noch kein Versprechen veröffentlicht." in read(place, "de/index.html")


@pytest.mark.mission("S0.18", "S2.9")
def test_a_judged_promise_is_on_the_page_with_the_figures_of_its_standing(place):
    declare()
    happen(kept=30, broken=10)
    actions.publish(now=NOON)
    assert "Everything is as we promised." in read(place)
    assert "75.0\u202f%" in read(place)
    assert "30 of 40 in 28 days" in read(place)
    trust = json.loads(read(place, ".well-known/trust.json"))
    assert [(p["good"], p["total"]) for p in trust["promises"]] == [(30, 40)]
    page = read(place, "promises/lights/index.html")
    assert "A case is kept when its end is not later than its due time." in page
    assert "Ende ist nicht später als zugesagter Termin" in read(
        place, "de/promises/lights/index.html"
    )


@pytest.mark.mission("S3.11")
def test_whoever_decides_finds_everything_one_link_away(place):
    declare()
    happen(kept=30, broken=10)
    actions.publish(now=NOON)
    front, page = read(place), read(place, "promises/lights/index.html")
    whole = json.loads(read(place, ".well-known/trust.json"))["promises"][0]
    assert all(link in front for link in ("/history/", "/verify/", "trust.json", "feed.json"))
    assert all(word in page for word in ("days.csv", "75", "30 / 40", "Version", "90 % interval"))
    assert {"good", "total", "raw_good", "raw_total", "windows"} <= set(whole)


def test_nothing_is_written_when_nothing_changed(place):
    declare()
    happen()
    assert jobs.is_due(now=NOON)
    assert jobs.publish(now=NOON) > 0
    before = (place / "current").readlink()
    assert not jobs.is_due(now=NOON)
    assert jobs.publish(now=NOON) == 0
    assert (place / "current").readlink() == before


def test_asking_whether_anything_changed_is_cheap(django_assert_num_queries):
    declare()
    happen()
    actions.publish(now=NOON)
    with django_assert_num_queries(17):
        assert not jobs.is_due(now=NOON)


def test_a_broken_promise_is_there_at_the_next_turn(place):
    declare()
    happen(kept=40)
    actions.publish(now=NOON)
    happen(kept=0, broken=20, now=NOON + timedelta(minutes=1))
    assert jobs.publish(now=NOON + timedelta(minutes=1)) > 0
    assert "We are not keeping our promise." in read(place)
    assert "We broke our promise “Lights”." in read(place, "history/index.html")
    assert "Wir haben unser Versprechen „Lights“ gebrochen." in read(place, "de/rss.xml")


def test_a_promise_page_that_would_read_the_same_is_not_written_again(place):
    declare("lights")
    declare("branches")
    happen("lights")
    happen("branches", kept=35)
    actions.publish(now=NOON)
    before = (place / "current/promises/branches/index.html").stat().st_ino
    happen("lights", kept=0, broken=9, now=NOON + timedelta(minutes=1))
    actions.publish(now=NOON + timedelta(minutes=1))
    assert (place / "current/promises/branches/index.html").stat().st_ino == before
    assert "40 / 49" in read(place, "promises/lights/index.html")


def test_an_unchanged_page_is_written_again_only_when_it_was_checked_since(place):
    declare()
    happen()
    actions.publish(now=NOON)
    later = NOON + timedelta(minutes=6)
    assert not jobs.is_due(now=later)  # nobody judged since: the page must grow old
    Job.objects.create(
        name="promises.judge", due_at=later, last_finished_at=later - timedelta(seconds=1)
    )
    assert jobs.is_due(now=later)
    pages = [place / "current" / name for name in ("promises/lights/index.html", "index.html")]
    before = [page.stat().st_ino for page in pages]
    assert jobs.publish(now=later) > 0
    after = [page.stat().st_ino for page in pages]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False]
    assert json.loads(read(place, "checked.json"))["checked_at"] == "2026-11-21T12:05:59Z"
    assert not jobs.is_due(now=later)


def test_a_failed_check_is_no_check():
    declare()
    happen()
    actions.publish(now=NOON)
    later = NOON + timedelta(minutes=6)
    Job.objects.create(
        name="promises.judge", due_at=later, last_finished_at=later, last_error="OSError: full"
    )
    assert not jobs.is_due(now=later)


def test_what_is_internal_stays_inside(place):
    declare("lights")
    declare("secret-plan", visibility="internal")
    happen("secret-plan")
    promises.retire(slug="secret-plan", author="ada", reason="Over.", now=NOON)
    actions.publish(now=NOON)
    whole = "".join(p.read_text() for p in (place / "current").rglob("*.[hjx]*ml"))
    whole += read(place, ".well-known/trust.json") + read(place, "feed.json")
    assert "lights" in whole
    assert "secret" not in whole.lower()


@pytest.mark.mission("S3.10")
def test_a_withdrawn_promise_leaves_the_front_page_and_keeps_its_history(place):
    declare("lights")
    declare("old-hat", text="We never wear hats.")
    happen("old-hat", kept=0, broken=40)
    later = NOON + timedelta(minutes=1)
    promises.retire(slug="old-hat", author="ada", reason="Over.", now=later)
    actions.publish(now=later)
    assert "We never wear hats." not in read(place)
    assert "We withdrew our promise “Old-hat”." in read(place, "history/index.html")
    assert "Wir haben unser Versprechen „Old-hat“ zurückgezogen." in read(place, "de/atom.xml")
    page = read(place, "promises/old-hat/index.html")
    assert "We withdrew this promise on" in page
    assert "We made a promise: “Old-hat”, target 75\u202f%." in page
    gone = json.loads(read(place, ".well-known/trust.json"))["withdrawn"]
    assert [one["slug"] for one in gone] == ["old-hat"]
    assert gone[0]["targets"]


@pytest.mark.mission("S3.10")
def test_a_promise_that_turns_internal_keeps_its_public_history_until_then(place):
    declare("lights")
    declare("old-hat", text="We never wear hats.")
    happen("old-hat", kept=0, broken=40)
    later = NOON + timedelta(minutes=1)
    declare("old-hat", now=later, visibility="internal", text="Nobody may know.", target="5%")
    actions.publish(now=later)
    assert "hats" not in read(place)
    assert "We withdrew our promise “Old-hat”." in read(place, "history/index.html")
    page = read(place, "promises/old-hat/index.html")
    assert "We never wear hats." in page
    assert "We made a promise: “Old-hat”, target 75\u202f%." in page
    assert "judged no longer" not in page
    gone = json.loads(read(place, ".well-known/trust.json"))["withdrawn"]
    assert [one["slug"] for one in gone] == ["old-hat"]
    whole = "".join(p.read_text() for p in (place / "current").rglob("*.[hjx]*ml"))
    assert "Nobody may know" not in whole + read(place, ".well-known/trust.json")


def test_names_are_shown_as_text_whatever_they_hold(place):
    declare(text='<script>alert(1)</script> & "quotes"', remedy="<b>bold</b>",
            source_url="javascript:alert(1)")  # fmt: skip
    happen()
    actions.publish(now=NOON)
    for name in ("index.html", "promises/lights/index.html", "rss.xml", "history/index.html"):
        assert "<script>alert" not in read(place, name)
        assert "<b>bold" not in read(place, name)
        assert 'href="javascript' not in read(place, name)


@pytest.mark.mission("S3.16")
def test_the_copy_for_another_host_is_the_same_to_the_byte(place, tmp_path):
    declare()
    happen()
    run = CliRunner().invoke(command, ["--to", str(tmp_path / "www"), "--json"])
    assert run.exit_code == 0
    assert json.loads(run.output)["folder"] == str(tmp_path / "www" / "current")
    same = subprocess.run(
        ["diff", "-r", place / "current", tmp_path / "www" / "current"], check=False
    )
    assert same.returncode == 0
    assert (tmp_path / "www/current/_headers").read_text().startswith("/*\n")


def test_the_command_writes_the_page_even_if_nothing_changed(place):
    actions.publish(now=NOON)
    before = (place / "current").readlink()
    run = CliRunner().invoke(command, [])
    assert run.exit_code == 0
    assert "files in" in run.output
    assert (place / "current").readlink() != before


def test_a_notice_stands_on_every_page_until_it_is_taken_away(place):
    actions.publish(now=NOON)
    actions.post_notice(text="The data is a demonstration.", author="demo", now=NOON)
    assert jobs.publish(now=NOON) > 0
    for name in ("index.html", "de/index.html", "history/index.html", "verify/index.html"):
        assert "The data is a demonstration." in read(place, name)
    actions.post_notice(text="", author="demo", now=NOON)
    jobs.publish(now=NOON)
    assert "demonstration" not in read(place)


def test_every_language_has_every_page_and_knows_the_others(place):
    declare()
    happen()
    actions.publish(now=NOON)
    root = (place / "current").resolve()
    pages = {p.relative_to(root) for p in root.rglob("*.html")}
    german = {p.relative_to("de") for p in pages if p.parts[0] == "de"}
    assert german == {p for p in pages if p.parts[0] != "de"}
    base = settings.TROTH.base_url
    for name in ("promises/lights/index.html", "de/promises/lights/index.html"):
        text = read(place, name)
        assert f'hreflang="de" href="{base}/de/promises/lights/"' in text
        assert f'hreflang="en" href="{base}/promises/lights/"' in text


@pytest.mark.django_db(transaction=True)
def test_an_idle_worker_asks_one_small_question(django_assert_num_queries):
    declare()
    happen()
    actions.publish(now=NOON)
    assert not jobs.is_due(now=NOON)
    with django_assert_num_queries(1):
        assert not jobs.is_due(now=NOON)
    actions.post_notice(text="News.", author="ada", now=NOON)
    assert jobs.is_due(now=NOON)
    assert jobs.publish(now=NOON) > 0
    assert not jobs.is_due(now=NOON)


@pytest.mark.django_db(transaction=True)
def test_figures_that_rest_are_not_forgotten_when_nothing_more_is_committed(place):
    declare()
    happen(kept=40)
    actions.publish(now=NOON)
    Promise.objects.update(judged_revision=F("judged_revision") + 1)
    before = actions.folder.current(place)
    resting = NOON + timedelta(seconds=before.took)
    assert not jobs.is_due(now=resting)
    assert not jobs.is_due(now=resting)
    assert jobs.is_due(now=NOON + timedelta(seconds=60))
