"""Anybody may write to us: once for one form, sealed, and with the time in which we answer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from tests.feedback.writing import NOON, part, write, written
from tests.notify.readers import with_mail
from troth.feedback import jobs
from troth.feedback.actions import telling
from troth.feedback.models import Report
from troth.feedback.sealing import address_of, words_of
from troth.notify.forms.guarding import begun
from troth.signals import actions as signals
from troth.signals.queries import store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


def case(key):
    return store().history(source="feedback", key=key)


def told(at):
    telling.tell_signals(now=at)
    signals.seal(now=at)


@pytest.mark.mission("S3.24")
def test_a_question_reaches_the_inbox_with_the_time_in_which_we_answer():
    shown = Client().get("/report").content.decode()
    assert "within 48 hours" in shown
    answer = write(kind="question", text="When do you open?", address="Ada@Example.com")
    assert (answer.status_code, answer.url) == (302, "/report/thanks?language=en&answer=1")
    assert b"within 48 hours" in Client().get(answer.url).content
    row = Report.objects.get()
    assert (words_of(row), address_of(row)) == ("When do you open?", "Ada@example.com")
    assert (row.kind, row.state, row.due_at) == ("question", "open", NOON + timedelta(hours=48))


@pytest.mark.mission("S3.15")
def test_a_problem_becomes_a_signal_and_starts_a_clock(ada):
    uid = part(ada)
    row = written(component=uid, address="ada@example.com")
    assert jobs.is_asked(now=NOON)
    told(NOON)
    assert not jobs.is_asked(now=NOON + timedelta(hours=2))
    (report,), (reply,) = case(row.uid), case(f"{row.uid}/reply")
    assert (report.kind, report.touchpoint, report.outcome) == (
        "problem.report",
        "checkout",
        "open",
    )
    assert len(report.subject) == 32
    assert (reply.kind, reply.happened_at, reply.due_at, reply.resolved_at, reply.outcome) == (
        "feedback.reply", NOON, NOON + timedelta(hours=48), None, "open")  # fmt: skip


def test_without_an_address_there_is_nobody_to_answer():
    row = written()
    assert (row.due_at, row.digest, bytes(row.address)) == (None, "", b"")
    told(NOON)
    assert case(f"{row.uid}/reply") == []


def test_nothing_at_rest_shows_what_was_written_or_by_whom():
    written(text="The secret of the lamp", address="ada@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM feedback_report")
        rows = b" ".join(
            bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode()
            for row in cursor.fetchall()
            for one in row
        )
    for clear in (b"lamp", b"ada@example.com", b"203.0.113.1"):
        assert clear not in rows


def test_a_form_sent_twice_is_one_report():
    for _ in range(3):
        assert write(address="ada@example.com").status_code == 302
    assert Report.objects.count() == 1
    write(NOON + timedelta(minutes=1), address="ada@example.com")  # a form of its own
    assert Report.objects.count() == 2


def everything():
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for name in ("feedback", "notify", "people", "incidents")
        for model in apps.get_app_config(name).get_models()
    }


def test_a_get_changes_nothing_and_sets_no_cookie(ada):
    part(ada)
    before = everything()
    for path in ("/report", "/report?component=x&kind=question&language=de", "/report/thanks",
                 "/report?kind=%00&component=%F0%9F%92%A5"):  # fmt: skip
        for ask in (Client().get, Client().head):
            answer = ask(path)
            assert (answer.status_code, answer.cookies) == (200, {})
    assert everything() == before
    assert Client().get("/report/thanks", {"answer": "1"}).status_code == 200


def test_a_robot_is_sent_back_and_a_flood_waits():
    assert write(website="https://spam.example").status_code == 422
    assert write(begun=begun(now=NOON)).status_code == 422
    assert write(begun="").status_code == 422
    assert not Report.objects.exists()
    answers = [write(text=f"no {n}").status_code for n in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert write(text="another network", ip="198.51.100.7").status_code == 302


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "required"),
        ({"text": "x" * 4001}, "at most 4000 characters"),
        ({"text": "a\x00b"}, "Null characters"),
        ({"kind": "party"}, "Select a valid choice"),
        ({"address": "ada"}, "Write a mail address"),
        ({"address": "a@b.c\r\nBcc: x@y.z"}, "Write a mail address"),
        ({"component": "nobodyknows1"}, "Select a valid choice"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_each_mistake_is_said_at_its_field_and_nothing_typed_is_lost(fields, said, ada):
    part(ada)
    answer = write(**{"address": "ada@example.com", **fields})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert said in body
    assert 'aria-invalid="true"' in body
    assert not Report.objects.exists()


def test_a_component_that_only_some_see_is_not_named(ada):
    from troth.components import actions as components
    from troth.components.rules.documents import AudienceTerms

    components.declare_audience(terms=AudienceTerms(slug="bank", name="Bank"), by=ada, now=NOON)
    uid = part(ada, "vault", audiences=("bank",))
    part(ada, "checkout")
    assert b"Vault" not in Client().get("/report").content
    assert write(component=uid).status_code == 422


@pytest.mark.parametrize("text", [
    "'; DROP TABLE feedback_report; --", "<script>alert(1)</script>", "{{ 7*7 }}{% x %}",
    "\u202eabc\u200b", "Ω≈ç√∫µ≤≥÷", "💥" * 1000, "../../etc/passwd", "田中さんにあげて", "\ufeff",
    "\r\n.\r\n", "x" * 4000,
])  # fmt: skip
def test_whatever_is_typed_is_kept_as_it_is_and_shown_as_text(text, cleo, signed_in):
    assert write(text=text, address="ada@example.com").status_code in (302, 422)
    row = Report.objects.first()
    if row is None:
        assert not text.strip()
        return
    assert words_of(row).split() == text.split()
    body = signed_in(cleo).get(f"/desk/feedback/{row.uid}/").content.decode()
    assert "<script>alert" not in body
    assert signed_in(cleo).get("/desk/feedback/").status_code == 200


def test_a_large_body_is_refused():
    answer = Client().post("/report", {"kind": "problem", "text": "x" * 100_000_000})
    assert answer.status_code in (400, 413)
    assert not Report.objects.exists()


def test_without_a_mail_server_nobody_is_asked_for_an_address(settings):
    settings.TROTH = replace(settings.TROTH, email_url="")
    shown = Client().get("/report").content.decode()
    assert 'name="address"' not in shown
    assert "48 hours" not in shown
    assert written(address="ada@example.com").due_at is None


def test_the_declared_time_is_the_one_that_is_told_and_counted(settings):
    settings.TROTH = replace(settings.TROTH, feedback_reply_hours=4)
    assert b"within 4 hours" in Client().get("/report").content
    assert written(address="ada@example.com").due_at == NOON + timedelta(hours=4)
    settings.TROTH = replace(settings.TROTH, feedback_reply_hours=0)
    assert b"hours" not in Client().get("/report").content
    assert written(text="more", address="ada@example.com").due_at is None


def test_it_is_all_in_german_too():
    shown = Client().get("/report?language=de").content.decode()
    assert "in 48 Stunden" in shown
    assert written(query="?language=de").language == "de"
