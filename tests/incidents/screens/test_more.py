"""The desk's maintenance, breaches, post-mortems, templates and cadence."""

from datetime import timedelta

import pytest
from scene import NOON, component, message, opened, opening, resolved

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.models import Breach, FollowUp, Incident, Series
from troth.incidents.rules.results import Kind

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


def planned(**more):
    return {
        "name": "Databases move", "body": "We move the databases.", "affects": "Nobody, we hope.",
        "scheduled_for": "2026-03-22T02:00", "scheduled_until": "2026-03-22T03:00",
        "auto_start": "on", "auto_complete": "on", "verify": "0", "again": "",
        "zone": "Europe/Berlin", "do": "send", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "says"),
    [
        ("2026-03-21T11:00", "Announced 71 h before, and we promise 72 h: it will count"),
        ("2026-03-21T12:00", "Announced 72 h before: it will not count as downtime."),
        ("2026-03-21T11:59", "Announced 71 h 59 min before"),
        ("2026-03-18T12:00", "Announced less than a minute before"),
    ],
)  # fmt: skip
def test_it_is_said_plainly_what_the_notice_means(signed_in, ben, post, starts, says):
    values = planned(scheduled_for=starts, scheduled_until="2026-03-21T13:00", do="check")
    page = post(signed_in(ben), "maintenance/new/", 200, **values)
    assert says in page
    assert "Announce it</button>" in page
    assert Incident.objects.count() == 0


def test_maintenance_is_planned_once_started_moved_completed_and_cancelled(  # noqa: PLR0915 - one story
    signed_in, ben, vic, cleo, post, read, latest
):
    shop = component()
    browser = signed_in(ben)
    values = planned(token="one", **{f"impact-{shop}": "under_maintenance"})
    for _ in range(2):
        post(browser, "maintenance/new/", **values)
    assert Incident.objects.count() == 1
    row = latest()
    post(signed_in(cleo), "maintenance/new/", 403, **values)
    page = read(signed_in(vic), "maintenance/")
    assert "Sunday 22 March 2026" in page
    assert "announced in time" in page
    page = read(browser, f"incidents/{row.uid}/")
    assert "Announced 86 h before: it will not count as downtime." in page
    base = f"maintenance/{row.uid}/"
    page = post(browser, f"{base}move/", 422, scheduled_until="2026-03-22T01:00", body="Sooner.",
                scheduled_for="2026-03-22T02:00")  # fmt: skip
    assert "It must end after it starts." in page
    post(browser, f"{base}move/", scheduled_until="2026-03-21T05:00", body="Sooner.",
         scheduled_for="2026-03-21T02:00")  # fmt: skip
    assert "it will count as downtime." in read(browser, f"incidents/{row.uid}/")
    post(browser, f"{base}step/", state="in_progress")
    assert "under way" in read(browser, "maintenance/")
    post(browser, f"{base}step/", state="verifying", body="Looking.")
    post(browser, f"{base}step/", state="completed")
    assert queries.incident(row.uid).state == "completed"
    url = post(browser, f"{base}step/", state="nonsense")
    assert "Nothing was done" in browser.get(url).content.decode()
    post(browser, "maintenance/new/", **planned())
    other = latest()
    post(browser, f"maintenance/{other.uid}/cancel/", body="Not needed.")
    assert "It was cancelled" in read(browser, f"incidents/{other.uid}/")


def test_maintenance_again_and_again_is_planned_and_ended(signed_in, ben, post, read):
    browser = signed_in(ben)
    page = post(browser, "maintenance/new/", 422, **planned(again="other", rule="whenever"))
    assert "is no rule" in page
    page = post(browser, "maintenance/new/", 422, **planned(again="FREQ=DAILY", zone="Mars/Base"))
    assert "is no time zone" in page
    post(browser, "maintenance/new/", **planned(again="FREQ=WEEKLY"))
    series = Series.objects.get()
    page = read(browser, "maintenance/")
    assert "FREQ=WEEKLY" in page
    post(browser, f"maintenance/series/{series.uid}/end/", body="We stop this.")
    assert Incident.objects.exclude(state="completed").count() == 0
    read(browser, f"maintenance/series/{series.uid}/end/", 404)


def test_what_a_window_lacks_is_named_and_nothing_typed_is_lost(signed_in, ben, post):
    page = post(signed_in(ben), "maintenance/new/", 422, **planned(scheduled_for="", body=""))
    assert "Say when." in page
    page = post(signed_in(ben), "maintenance/new/", 422, **planned(body="", affects=""))
    for said in ("Say what is planned.", "Say who is affected.", 'value="Databases move"'):
        assert said in page


@pytest.mark.mission("S2.41")
@pytest.mark.parametrize(("minutes", "kept"), [(71 * 60 + 59, True), (72 * 60 + 1, False)])
def test_a_breach_is_reported_noticed_and_written_about(  # noqa: PLR0915 - one story
    signed_in, ben, vic, filled, post, read, latest, minutes, kept
):
    browser = signed_in(ben)
    said = {"facts": "A backup was open to all.", "contact": "privacy@example.org", "do": "keep"}
    page = post(browser, "breaches/new/", 422, **filled(**said))
    assert "Say since when you know." in page
    values = filled(**said, aware_at="2026-03-18T11:00", people="1200", token="breach")
    assert "As it would go out" in post(browser, "breaches/new/", 200, **values | {"do": "preview"})
    assert Breach.objects.count() == 0
    for _ in range(2):
        post(browser, "breaches/new/", **values)
    row = latest()
    base = f"incidents/{row.uid}/"
    assert 'data-due="2026-03-21T11:00:00+00:00"' in read(signed_in(vic), base)
    with clock.frozen(NOON - HOUR + timedelta(minutes=minutes)):
        if not kept:
            page = post(browser, f"{base}notices/", 422, to="authority")
            assert "give the reasons for the delay." in page
        post(browser, f"{base}notices/", to="authority", delay_reason="It was a holiday.")
        page = read(signed_in(vic), "breaches/")
        assert ("in time" in page) is kept
        assert "Consequences" in read(browser, base)
        page = post(browser, f"{base}notices/", 422, to="people", is_final="on")
        assert "Describe the likely consequences." in page
    post(browser, f"{base}breach/", aware_at="2026-03-18T11:00", people="1300",
         facts="A backup was open to all.", contact="privacy@example.org",
         hotline="+49 30 1234", reset_url="https://example.org/reset")  # fmt: skip
    letter = read(signed_in(vic), f"{base}letter/")
    assert "about 1,300 people" in letter
    assert "https://example.org/reset" in letter
    page = post(browser, f"{base}breach/", 422, aware_at="2026-03-18T11:00", reset_url="http://x")
    assert "https://" in page
    post(signed_in(vic), f"{base}notices/", 403, to="people")


def test_a_postmortem_is_written_previewed_and_published_once(  # noqa: PLR0915 - one story
    signed_in, ben, cleo, vic, post, read
):
    row = opened()
    with clock.frozen(NOON + HOUR):
        resolved(row.uid, now=NOON + HOUR)
    browser, base = signed_in(ben), f"incidents/{row.uid}/"
    parts = {"apology": "We are **sorry**.", "cause": "A full disk.", "fix": "A larger one.",
             "prevention": "An alarm."}  # fmt: skip
    support = signed_in(cleo)
    assert "<strong>sorry</strong>" in post(
        support, f"{base}postmortem/", 200, **parts, do="preview"
    )
    post(support, f"{base}postmortem/", **parts | {"fix": ""}, do="keep")
    post(support, f"{base}postmortem/", 403, **parts, do="send")
    page = post(browser, f"{base}postmortem/", 422, **parts | {"fix": ""}, do="send")
    assert "Write the fix." in page
    post(support, f"{base}moments/", at="2026-03-18T11:40", text="The alarm rang.", is_public="on")
    post(support, f"{base}follow-ups/", text="Watch the disk", owner="", due="")
    page = post(browser, f"{base}postmortem/", 422, **parts, do="send")
    assert "needs an owner and a date" in page
    FollowUp.objects.all().delete()
    page = post(support, f"{base}follow-ups/", 422, text="", owner="Ada", due="2026-04-01T00:00")
    assert "Write it." in page
    post(support, f"{base}follow-ups/", text="Watch the disk", owner="Ada", due="2026-04-01T00:00")
    for _ in range(2):
        post(browser, f"{base}postmortem/", **parts, do="send")
    shown = queries.incident(row.uid)
    assert shown.postmortem is not None
    assert [one.state for one in shown.updates].count("postmortem") == 1
    number = FollowUp.objects.get().pk
    post(support, f"{base}follow-ups/{number}/", do="complete")
    assert "It is not</button>" in read(support, f"{base}postmortem/")
    post(support, f"{base}follow-ups/{number}/", do="reopen")
    post(support, f"{base}follow-ups/999999/", 404, do="complete")
    read(signed_in(vic), f"{base}postmortem/", 403)


def template(name="cards-down", **spec):
    said = {"title": "Cards fail", "body": "We look into it.", "components": {}, **spec}
    return {"apiVersion": "troth/v1", "kind": "IncidentTemplate", "metadata": {"name": name},
            "spec": said}  # fmt: skip


def test_a_template_is_declared_used_changed_and_retired(signed_in, ben, cleo, post, read):
    browser = signed_in(ben)
    start = read(browser, "templates/new/")
    text = start.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].strip()
    post(browser, "templates/new/", document=text)
    page = post(browser, "templates/new/", 422, document=text)
    assert "There is a template of this name already." in page
    assert "urgency" in post(browser, "templates/cards-down/edit/", 422,
                             document=text.replace("urgent", "whenever"))  # fmt: skip
    assert "anchors" in post(browser, "templates/new/", 422, document="a: &a [1]\nb: *a")
    page = read(signed_in(cleo), "incidents/new/?template=cards-down")
    assert 'value="Payments by card fail"' in page
    assert "Pay by invoice." in page
    read(browser, "incidents/new/?template=other", 404)
    post(browser, "templates/cards-down/retirement/")
    read(browser, "incidents/new/?template=cards-down", 404)
    actions.declare_template(document=template(), by="files", now=NOON, managed_by="files")
    assert "kept in files" in read(browser, "templates/")
    read(browser, "templates/cards-down/edit/", 404)


def test_the_cadence_is_changed_and_holds_from_now_on(signed_in, ben, vic, post, read):
    browser = signed_in(ben)
    start = read(browser, "cadence/")
    text = start.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].strip()
    assert "two_person: false" in text
    post(browser, "cadence/", document=text.replace("two_person: false", "two_person: true"))
    assert queries.grid().two_person
    assert "Two people publish" in read(signed_in(vic), "templates/")
    read(signed_in(vic), "cadence/", 403)
    assert "is missing" in post(
        browser, "cadence/", 422, document="apiVersion: troth/v1\nkind: Cadence"
    )


def test_other_kinds_have_no_room_here(signed_in, ben, read):
    row = opened()
    browser = signed_in(ben)
    read(browser, f"maintenance/{row.uid}/move/", 404)
    read(browser, f"incidents/{row.uid}/breach/", 404)
    read(browser, f"incidents/{row.uid}/letter/", 404)
    draft = actions.report_breach(
        opening=opening(kind=Kind.BREACH), aware_at=NOON, findings=actions.Findings(), by="Ada",
        now=NOON,
    )  # fmt: skip
    assert read(browser, f"incidents/{draft.uid}/letter/")
    assert message().body
