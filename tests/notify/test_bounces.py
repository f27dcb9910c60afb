"""What comes back: soft bounces fade, hard ones and complaints end, and nobody can forge one."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.notify.readers import NOON, fill_in, questions, reader, with_mail
from troth.core import clock
from troth.notify import bounces, personal_data
from troth.notify.actions.suppressing import bounced, lift
from troth.notify.commands import notify
from troth.notify.links import end_url
from troth.notify.models import Bounce, Delivery, Subscription, Suppression
from troth.notify.rules.bouncing import HALF_LIFE, is_too_many, weight
from troth.people import queries as people
from troth.people.models import Contact

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days_ago", "too_many"),
    [
        ([0], False),
        ([0, 1, 2, 3], False),
        ([0, 1, 2, 3, 4], True),
        ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], False),  # one bad hour of the other side is one bounce
        (list(range(0, 365, 7)), False),
        ([day for week in range(12) for day in (week * 7, week * 7 + 3)], True),
        ([100, 101, 102, 103, 104, 105, 106], False),
    ],
)
def test_soft_bounces_count_less_with_age(days_ago, too_many):
    assert is_too_many([NOON - day * DAY for day in days_ago], now=NOON) is too_many


@given(st.lists(st.floats(0, 400), max_size=40))
def test_waiting_never_makes_it_worse(days):
    at = [NOON - day * DAY for day in days]
    assert weight(at, now=NOON + HALF_LIFE) <= weight(at, now=NOON) + 1e-9


def mail(uid=None, status="5.1.1", report="delivery-status", extra=""):
    quoted = f"List-Unsubscribe: <{end_url(uid)}>\r\n" if uid else ""
    kind = "message/feedback-report" if report == "feedback-report" else "message/delivery-status"
    inner = (
        "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
        if report == "feedback-report"
        else "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        "Final-Recipient: rfc822; ada@example.com\r\nOriginal-Recipient: rfc822; ada@example.com"
        f"\r\nAction: {'failed' if status[0] == '5' else 'delayed'}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {status} no such user\r\n"
    )
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: status@example.org\r\nSubject: back\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={report};"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt came back.\r\n'
        f"--b\r\nContent-Type: {kind}\r\n\r\n{inner}\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Subject: x\r\n{quoted}{extra}\r\n--b--\r\n"
    ).encode()


def piped(body):
    return CliRunner().invoke(notify, ["bounce"], input=body, standalone_mode=False)


@pytest.fixture
def ada_reads(db, settings):
    with_mail(settings)
    return reader()


def test_a_hard_bounce_ends_and_suppresses_and_is_kept_once(ada_reads):
    for _ in range(2):
        assert piped(mail(ada_reads.uid)).return_value == 0
    ada_reads.refresh_from_db()
    assert (ada_reads.state, ada_reads.end_how) == ("ended", "bounce")
    row = Suppression.objects.get()
    assert (row.reason, row.shown) == ("hard bounce", "a•••@example.com")
    assert "no such user" in row.said
    assert Bounce.objects.count() == 1


def test_a_complaint_withdraws_the_consent_too(ada_reads):
    assert piped(mail(ada_reads.uid, report="feedback-report")).return_value == 0
    assert people.permissions(ada_reads.contact) == {"status": False}
    assert people.ledger(ada_reads.contact)[0].how == "complaint"
    assert Suppression.objects.get().reason == "complaint"


@pytest.mark.parametrize("report", ["delivery-status", "feedback-report"])
def test_a_forged_report_does_nothing(ada_reads, report):
    token = end_url(ada_reads.uid).split("/")[4]
    for extra in ("", f"List-Unsubscribe: <http://testserver/subscription/{token[:-2]}xx/end>"):
        piped(mail(report=report, extra=extra))
    ada_reads.refresh_from_db()
    assert ada_reads.state == "active"
    assert not Suppression.objects.exists()
    assert set(Bounce.objects.values_list("kind", flat=True)) <= {"unproven"}


def test_the_link_is_found_in_a_folded_header_and_in_quoted_printable(ada_reads):
    url = end_url(ada_reads.uid)
    for text in (f"List-Unsubscribe:\r\n <{url}>\r\n", f"{url[:60]}=\r\n{url[60:]}\r\n"):
        assert bounces.read(io.BytesIO(mail(extra=text))).subscription == ada_reads.uid


def test_a_soft_bounce_alone_changes_nothing_and_five_days_of_it_do(ada_reads):
    piped(mail(ada_reads.uid, status="4.2.2"))
    assert Bounce.objects.get().kind == "soft"
    for day in range(5):
        at = NOON + day * DAY
        bounced(contact_id=ada_reads.contact_id, kind="soft", said="full", event_id=f"p{day}",
                at=at, now=at)  # fmt: skip
    assert Suppression.objects.get().reason == "soft bounces"
    ada_reads.refresh_from_db()
    assert ada_reads.state == "ended"


def test_a_lifted_suppression_lets_the_address_ask_anew(ada_reads, ada):
    piped(mail(ada_reads.uid))
    lift(suppression=Suppression.objects.get(), author=ada, by="Ada", now=NOON)
    fill_in(NOON)
    assert len(questions()) == 1
    assert Subscription.objects.filter(state="asked").count() == 1


@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 1000, b"Subject: hello\r\n\r\nOut of office", b"\xff" * 10_000,
             b'Content-Type: multipart/report; report-type="\x00"\r\n\r\n',
             b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 20_000]
)  # fmt: skip
def test_a_mail_that_is_no_report_is_left_aside(ada_reads, body):
    assert piped(body).return_value == 1
    assert not Bounce.objects.exists()


def test_a_huge_mail_is_read_in_part(ada_reads):
    body = mail(ada_reads.uid) + b"x" * 100_000_000
    assert bounces.read(io.BytesIO(body)).subscription == ada_reads.uid


def test_forgetting_keeps_the_counts_and_the_suppressions_hash(ada_reads):
    piped(mail(ada_reads.uid))
    held = personal_data.find(address="ada@EXAMPLE.com")
    assert [(one.channel, one.is_suppressed) for one in held] == [("email", True)]
    before = Suppression.objects.get()
    assert personal_data.forget(address="ada@EXAMPLE.com", now=clock.now()) == 1
    after = Suppression.objects.get()
    assert (after.digest, after.lifted_at) == (before.digest, None)
    rows = str([list(model.objects.values()) for model in
                (Contact, Subscription, Suppression, Bounce, Delivery)])  # fmt: skip
    assert "example.com" not in rows
    assert Contact.objects.count() == Subscription.objects.count() == 1
    assert personal_data.find(address="ada@example.com") == []
    # Whoever asks for it again is left alone still.
    fill_in(datetime(2026, 12, 1, tzinfo=UTC))
    from troth.notify.queries.readers import suppression

    contact = Contact.objects.get(erased_at=None)
    assert suppression("email", contact.digest) is not None
