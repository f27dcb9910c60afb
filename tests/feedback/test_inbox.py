"""What we do about a report: found, answered by the outbox, noted, linked, closed, counted."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from tests.feedback.test_reporting import case, told
from tests.feedback.writing import NOON, part, write, written
from tests.incidents import scene
from tests.notify.outbox import deliver, mail_sink, mailing, reader
from tests.notify.readers import with_mail
from troth.components.rules.results import Status
from troth.core import clock
from troth.feedback import jobs, personal_data, queries
from troth.feedback.actions import watching
from troth.feedback.models import Report, Step, Surge
from troth.feedback.queries import Choice
from troth.feedback.sealing import words_of
from troth.notify.contents import story_of
from troth.notify.models import Alarm, Delivery, Subscription, Telling
from troth.people.models import Contact
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


@pytest.fixture
def desk(signed_in, cleo):
    """Return a function that posts as support does: `desk(row, "answer", text="…")`."""
    browser = signed_in(cleo)

    def post(row, verb, at=LATER, **fields):
        turn = Report.objects.get(pk=row.pk).steps
        with clock.frozen(at):
            return browser.post(f"/desk/feedback/{row.uid}/{verb}/", {"turn": turn, **fields})

    post.browser = browser
    return post


def opened(by, uid, name="Cards fail"):
    return scene.opened(name=name, now=NOON, by=by, impacts={uid: Status.MAJOR})


@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.24")
def test_support_answers_by_mail_and_the_promise_is_kept(desk, tmp_path, cleo):
    row = written(kind="question", text="When?", address="ada@example.com", language="de")
    assert desk(row, "answer", text="At nine.\nSee you.").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answered_at) == ("answered", LATER)
    told(LATER)
    (reply,) = case(f"{row.uid}/reply")
    assert (reply.outcome, reply.resolved_at) == ("told", LATER)
    with mail_sink(tmp_path) as sink, mailing(sink.port):
        deliver()
        assert sink.readers == ["ada@example.com"]
    assert list(Delivery.objects.values_list("state", flat=True)) == ["accepted"]
    body = desk.browser.get(f"/desk/feedback/{row.uid}/").content.decode()
    assert "At nine.<br>See you." in body
    assert "accepted" in body
    content = Telling.objects.get().content
    assert "When?" not in str(content)
    assert content["title"] == "Zu Ihrer Frage vom 2. März 2026"
    entry = AuditEntry.objects.filter(thing="report").get()
    assert (entry.actor, entry.verb, entry.after) == (cleo, "answered", None)
    # Nobody was subscribed by that.
    assert list(Subscription.objects.values_list("state", "events")) == [("asked", 0)]


def test_a_second_window_and_a_second_click_send_nothing_again(desk):
    row = written(address="ada@example.com")
    desk(row, "answer", text="Once.")
    again = desk(row, "answer", text="Once.", turn=0)
    assert again.status_code == 422
    assert b"Something was done meanwhile" in again.content
    assert b">\nOnce.</textarea>" in again.content
    assert (Step.objects.count(), Delivery.objects.count()) == (1, 1)


def test_reasons_and_what_they_mean_for_the_promise(desk):
    means = {"spam": ("void", None), "nothing": ("void", None), "elsewhere": ("told", LATER),
             "done": ("open", None)}  # fmt: skip
    for end, (outcome, answered) in means.items():
        row = written(text=end, address="ada@example.com", ip=f"203.0.113.{len(end)}")
        assert desk(row, "close", end=end, text="Because.").status_code == 302
        told(LATER)
        newest = case(f"{row.uid}/reply")[-1]
        assert (end, newest.outcome, newest.resolved_at) == (end, outcome, answered)
        assert desk(row, "close", end=end).status_code == 422
        assert desk(row, "reopen", text="Not done.").status_code == 302
        row.refresh_from_db()
        assert (row.end, row.closed_at) == ("", None)
        assert row.state == ("answered" if answered else "open")


def test_notes_stay_here_and_many_are_one_incident(desk, ada):
    uid = part(ada)
    incident = opened(ada, uid)
    rows = [written(text=f"Refused {n}", component=uid, ip=f"203.0.113.{n}") for n in range(3)]
    for row in rows:
        assert desk(row, "note", text="Same bank.").status_code == 302
        assert desk(row, "incident", incident=incident.uid).status_code == 302
    assert not Telling.objects.filter(thread__about__startswith="report:").exists()
    assert desk(rows[0], "incident", incident="nosuchthing1").status_code == 422
    body = desk.browser.get(f"/desk/status/incidents/{incident.uid}/").content.decode()
    assert "3 reports" in body
    assert "Reported by customers" in body
    shown = desk.browser.get("/desk/feedback/", {"incident": incident.uid}).content.decode()
    assert shown.count("Refused") == 3
    assert desk(rows[0], "incident", incident="").status_code == 302
    assert queries.of_incident(incident.uid) == 2


def test_the_inbox_is_found_filtered_and_turned(desk, ada):
    uid = part(ada)
    for n in range(60):
        write(NOON + timedelta(hours=n), text=f"Number {n} of the lamp", kind="comment",
              ip=f"198.51.100.{n}")  # fmt: skip
    found = written(text="The KETTLE is cold", component=uid, address="ben@example.com")
    first = queries.inbox(Choice(), limit=50)
    rest = queries.inbox(Choice(), after=first.next, limit=50)
    assert (len(first.items), len(rest.items), rest.next) == (50, 11, None)
    for choice in (
        Choice(search="kettle cold"), Choice(search="ben@EXAMPLE.com"), Choice(kind="problem"),
        Choice(component=uid), Choice(search=found.uid),
    ):  # fmt: skip
        assert [row.uid for row in queries.inbox(choice).items] == [found.uid]
    assert queries.inbox(Choice(search="nobody@example.com")).items == []
    for query in ("?after=x", "?after=WzFd", "?kind=x&state=x&component=x", "?after=WyIxIl0",
                  "?after=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTld"):  # fmt: skip
        assert desk.browser.get(f"/desk/feedback/{query}").status_code in (200, 302), query
    for path in ("%F0%9F%92%A5", "x" * 2000):
        assert desk.browser.get(f"/desk/feedback/{path}/").status_code == 404
    for query in ("%00/", "rep_%00/", "?search=%00", "?search=rep_%00&incident=%00"):
        assert desk.browser.get(f"/desk/feedback/{query}").status_code == 400
    assert b"Nothing fits" in desk.browser.get("/desk/feedback/?search=nothing").content
    assert b"Kettle" not in desk.browser.get("/desk/feedback/?state=closed").content


def test_only_support_and_above_see_what_people_wrote(signed_in, vic, dov, token):
    row = written(text="Private matter", address="ada@example.com")
    for path in ("/desk/feedback/", f"/desk/feedback/{row.uid}/"):
        assert signed_in(vic).get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert Client().post(f"/desk/feedback/{row.uid}/answer/", {"text": "x"}).status_code == 302
    assert signed_in(vic).get("/api/v1/feedback").status_code == 401
    reading = {"HTTP_AUTHORIZATION": f"Bearer {token('read')}"}
    assert Client().get("/api/v1/feedback", **reading).status_code == 403
    writing = {"HTTP_AUTHORIZATION": f"Bearer {token('write')}"}
    listed = Client().get("/api/v1/feedback?kind=problem", **writing).json()
    assert [(one["uid"], one["text"]) for one in listed["items"]] == [(row.uid, "Private matter")]
    assert "ada@example.com" not in str(listed)
    assert Client().get(f"/api/v1/feedback/{row.uid}", **writing).status_code == 200
    assert Client().get("/api/v1/feedback/rep_x", **writing).status_code == 404
    assert Client().get("/api/v1/feedback?cursor=x", **writing).status_code in (400, 422)


@pytest.mark.mission("S3.15")
def test_many_who_report_what_shows_green_ring_once(ada, settings):
    uid = part(ada)
    for n in range(2):
        written(component=uid, ip=f"203.0.113.{n}")
    written(text="once more", component=uid, ip="203.0.113.1")  # the same network
    assert watching.watch(now=LATER - timedelta(minutes=30)) == 0
    written(NOON + timedelta(minutes=10), component=uid, ip="203.0.113.9")
    at = NOON + timedelta(minutes=11)
    assert jobs.is_asked(now=at)
    assert (watching.watch(now=at), watching.watch(now=at)) == (1, 0)
    (telling,) = Telling.objects.all()
    assert telling.event == "alert.raised"
    assert "Checkout, and it shows green" in telling.content["title"]
    after = NOON + timedelta(hours=2)
    assert (watching.watch(now=after), watching.watch(now=after)) == (1, 0)
    assert Surge.objects.get().ended_at == after
    assert Telling.objects.latest("pk").event == "alert.cleared"
    told(after)
    assert (jobs.is_asked(now=at), jobs.is_asked(now=after)) == (True, False)
    settings.TROTH = replace(settings.TROTH, feedback_alarm=0)
    assert (jobs.is_asked(now=at), watching.watch(now=at)) == (False, 0)


def test_what_is_known_already_rings_for_nothing(ada):
    from troth.components import actions as components

    uid = part(ada)
    with clock.frozen(NOON):
        components.say(component=uid, status="major_outage", note="", until=None, by=ada, now=NOON)
    for n in range(5):
        written(component=uid, ip=f"203.0.113.{n}")
    assert watching.watch(now=NOON + timedelta(minutes=5)) == 0


def test_a_person_is_forgotten_and_counts_stay(desk):
    row = written(address="ada@example.com", text="My lamp")
    desk(row, "answer", text="Dear Ada")
    other = written(address="ben@example.com", text="Mine", ip="203.0.113.7")
    (held,) = personal_data.find(address="Ada@example.com".lower())
    assert (held.text, held.answers) == ("My lamp", ["Dear Ada"])
    assert personal_data.forget(address="ada@example.com", now=LATER) == 1
    row.refresh_from_db()
    assert (words_of(row), row.digest, row.shown) == ("", "", "forgotten")
    assert "Dear Ada" not in str(list(Telling.objects.values_list("content", flat=True)))
    assert personal_data.find(address="ada@example.com") == []
    assert personal_data.forget(address="ada@example.com", now=LATER) == 0
    assert words_of(other) == "Mine"
    assert desk.browser.get(f"/desk/feedback/{row.uid}/").status_code == 200
    assert desk.browser.get("/desk/feedback/").status_code == 200


def test_an_answer_lies_sealed_in_the_outbox_too(desk, tmp_path):
    row = written(address="ada@example.com")
    desk(row, "answer", text="The lamp of Lovelace street")
    (content,) = Telling.objects.values_list("content", flat=True)
    assert "Lovelace" not in str(content)
    assert "answer" in content["event"]
    (thread,) = Telling.objects.values_list("thread__uid", flat=True)
    assert (
        "Lovelace" in desk.browser.get(reverse("messages:thread", args=[thread])).content.decode()
    )


def test_answers_from_before_are_sealed_by_the_migration(desk):
    from django.apps import apps

    desk(written(address="ada@example.com"), "answer", text="The lamp of Lovelace street")
    row = Telling.objects.get()
    told = story_of(row.content)
    row.content = msgspec.to_builtins(told)
    row.save()
    migration = import_module("troth.notify.migrations.0002_sealed_answers")
    for _ in range(2):
        migration.seal(apps, None)
    row.refresh_from_db()
    assert "Lovelace" not in str(row.content)
    assert story_of(row.content) == told


def test_reports_go_after_their_time_and_networks_after_a_day(desk):
    row = written(address="ada@example.com")
    desk(row, "answer", text="Yes")
    assert row.origin
    jobs.tidy(now=NOON + timedelta(days=2))
    row.refresh_from_db()
    assert row.origin == ""
    jobs.tidy(now=NOON + timedelta(days=364))
    assert Report.objects.count() == 1
    jobs.tidy(now=NOON + timedelta(days=366))
    assert (Report.objects.count(), Telling.objects.count()) == (0, 0)


def test_an_address_known_for_an_answer_alone_is_forgotten_as_an_unconfirmed_one(desk):
    from troth.notify.actions.forgetting import look_after

    desk(written(address="ada@example.com"), "answer", text="Yes")
    assert Contact.objects.count() == 1
    look_after(now=NOON + timedelta(days=9))
    assert (Contact.objects.count(), Subscription.objects.count()) == (0, 0)
    assert Report.objects.count() == 1


def test_an_answer_reaches_who_ended_their_subscription(desk):
    reader("ada@example.com", state="ended")
    desk(written(address="ada@example.com"), "answer", text="Yes")
    assert Delivery.objects.get().subscription.state == "asked"
    assert not Alarm.objects.exists()
