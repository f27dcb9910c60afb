"""Each provider's own words for bounces and complaints, in the shapes that their documents give."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.notify.readers import NOON, reader, with_mail
from troth.notify.links import report_url
from troth.notify.models import Bounce, Outlet, Subscription, Suppression

pytestmark = pytest.mark.django_db
ADA, SECOND, INSTANT = "ada@example.com", 1_772_449_200, "2026-03-02T11:00:00.000000Z"
NO_USER = "550 5.1.1 no such user"


def brevo(event):
    return {"event": event, "email": ADA, "id": 1, "date": "2026-03-02 11:00:00", "ts": SECOND,
            "message-id": "<m1@example.com>", "ts_event": SECOND, "subject": "A problem",
            "reason": NO_USER, "ts_epoch": SECOND * 1000}  # fmt: skip


def mailersend(kind):
    return {
        "type": f"activity.{kind}", "domain_id": "d1", "created_at": INSTANT, "webhook_id": "w1",
        "data": {
            "object": "activity", "id": f"a-{kind}", "type": kind, "created_at": INSTANT,
            "email": {
                "object": "email", "id": "e1", "created_at": INSTANT, "from": "status@example.org",
                "subject": "A problem", "status": "rejected", "tags": None, "headers": None,
                "message": {"object": "message", "id": "m1", "created_at": INSTANT},
                "recipient": {"object": "recipient", "id": "r1", "email": ADA,
                              "created_at": INSTANT},
            },
            "morph": {"object": "recipient_bounce", "reason": NO_USER}, "template_id": "t1",
        },
    }  # fmt: skip


def mailgun(event, severity="permanent"):
    return {
        "signature": {"token": "t", "timestamp": str(SECOND), "signature": "s"},
        "event-data": {
            "event": event, "severity": severity, "reason": "generic", "id": f"{event}{severity}",
            "timestamp": SECOND + 0.1, "recipient": ADA, "log-level": "error",
            "message": {"headers": {"message-id": "m1@example.org", "to": ADA}},
            "delivery-status": {"code": 550, "message": NO_USER, "attempt-no": 1},
            "user-variables": {}, "tags": [],
        },
    }  # fmt: skip


def mailjet(event, **more):
    return {"event": event, "time": SECOND, "MessageID": 19_421_777_835_146_490, "email": ADA,
            "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j", "mj_campaign_id": 7_257,
            "mj_contact_id": 4, "customcampaign": "", "CustomID": "", "Payload": "",
            **more}  # fmt: skip


def mailtrap(event):
    return {"events": [{
        "event": event, "category": "", "custom_variables": {}, "message_id": "1df37d17-0286-4d8b",
        "email": ADA, "event_id": f"bede7236-{event}", "timestamp": SECOND, "response": NO_USER,
        "response_code": 550, "bounce_category": "badmailbox",
    }]}  # fmt: skip


def mandrill(event):
    told = [{
        "event": event, "ts": SECOND, "_id": "m1",
        "msg": {"ts": SECOND, "_id": "m1", "state": "bounced", "subject": "A problem",
                "email": ADA, "tags": [], "metadata": [], "bounce_description": "bad_mailbox",
                "diag": f"smtp;{NO_USER}", "smtp_events": [], "opens": [], "clicks": []},
    }]  # fmt: skip
    return urlencode({"mandrill_events": json.dumps(told)}).encode()


def postal(status):
    return {
        "event": "MessageDeliveryFailed", "timestamp": SECOND + 0.5, "uuid": f"0fcc8846-{status}",
        "payload": {
            "message": {"id": 1, "token": "t", "direction": "outgoing", "message_id": "m1@x",
                        "to": ADA, "from": "status@example.org", "subject": "A problem",
                        "timestamp": SECOND + 0.1, "spam_status": "NotChecked", "tag": None},
            "status": status, "details": "Permanent SMTP delivery error", "output": NO_USER,
            "sent_with_ssl": True, "timestamp": SECOND + 0.3, "time": 0.2,
        },
    }  # fmt: skip


def postmark(record, kind, code):
    return {
        "RecordType": record, "ID": code, "Type": kind, "TypeCode": code, "Name": kind, "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "ServerID": 23, "MessageStream": "x",
        "Description": "The server was unable to deliver your message", "Details": NO_USER,
        "Email": ADA, "From": "status@example.org", "BouncedAt": "2026-03-02T11:00:00Z",
        "DumpAvailable": True, "Inactive": True, "CanActivate": True, "Subject": "A problem",
    }  # fmt: skip


def resend(event, kind=""):
    bounce = {"bounce": {"message": NO_USER, "subType": "General", "type": kind}} if kind else {}
    return {
        "type": f"email.{event}", "created_at": INSTANT,
        "data": {"created_at": INSTANT, "email_id": "56761188-7520-42d8", "to": [ADA],
                 "from": "status@example.org", "subject": "A problem", **bounce},
    }  # fmt: skip


def sparkpost(event, bounce_class=""):
    told = {"type": event, "event_id": f"{event}{bounce_class}", "message_id": "m1",
            "rcpt_to": ADA, "raw_rcpt_to": ADA, "timestamp": str(SECOND), "subject": "A problem",
            "raw_reason": NO_USER, "reason": NO_USER, "error_code": "550", "rcpt_tags": [],
            "rcpt_meta": {}}  # fmt: skip
    more = {"bounce_class": bounce_class} if bounce_class else {"fbtype": "abuse"}
    return [{"msys": {"message_event": {**told, **more}}}]


def unisender(status, info):
    told = {"job_id": "1ZymBc-00041N-9X", "metadata": {}, "email": ADA, "status": status,
            "event_time": "2026-03-02 11:00:00", "url": "",
            "delivery_info": {"delivery_status": info, "destination_response": NO_USER,
                              "user_agent": "", "ip": ""}}  # fmt: skip
    event = {"event_name": "transactional_email_status", "event_data": told}
    return {"auth": "x", "events_by_user": [{"user_id": 456, "events": [event]}]}


HARD = [
    ("brevo", brevo("hard_bounce")),
    ("mailersend", mailersend("hard_bounced")),
    ("mailgun", mailgun("failed")),
    ("mailjet", mailjet("bounce", blocked=False, hard_bounce=True, error_related_to="recipient",
                        error="user unknown", comment=NO_USER)),
    ("mailtrap", mailtrap("bounce")),
    ("mandrill", mandrill("hard_bounce")),
    ("postal", postal("HardFail")),
    ("postmark", postmark("Bounce", "HardBounce", 1)),
    ("resend", resend("bounced", "Permanent")),
    ("sparkpost", sparkpost("bounce", "10")),
    ("unisender_go", unisender("hard_bounced", "err_user_unknown")),
]  # fmt: skip
SOFT = [
    ("brevo", brevo("soft_bounce")),
    ("mailersend", mailersend("soft_bounced")),
    ("mailgun", mailgun("failed", "temporary")),
    ("mailjet", mailjet("bounce", blocked=False, hard_bounce=False, error_related_to="mailbox",
                        error="mailbox full")),
    ("mailtrap", mailtrap("soft bounce")),
    ("mandrill", mandrill("soft_bounce")),
    ("postal", postal("SoftFail")),
    ("postmark", postmark("Bounce", "SoftBounce", 4096)),
    ("resend", resend("bounced", "Transient")),
    ("sparkpost", sparkpost("bounce", "22")),
    ("unisender_go", unisender("soft_bounced", "err_mailbox_full")),
]  # fmt: skip
COMPLAINTS = [
    ("brevo", brevo("spam")),
    ("mailersend", mailersend("spam_complaint")),
    ("mailgun", mailgun("complained")),
    ("mailjet", mailjet("spam", source="JMRPP")),
    ("mailtrap", mailtrap("spam")),
    ("mandrill", mandrill("spam")),
    ("postmark", postmark("SpamComplaint", "SpamComplaint", 512)),
    ("resend", resend("complained")),
    ("sparkpost", sparkpost("spam_complaint")),
    ("unisender_go", unisender("spam", "err_spam_rejected")),
]


@pytest.fixture(autouse=True)
def ada_reads(settings):
    with_mail(settings)
    return reader()


def tell(provider, body, **more):
    Outlet.objects.get_or_create(
        slug=provider,
        defaults={"channel": "email", "name": provider, "settings": {"provider": provider},
                  "created_at": NOON},
    )  # fmt: skip
    kind = "application/json"
    if provider == "mandrill" and isinstance(body, bytes):
        kind = "application/x-www-form-urlencoded"
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    path = report_url(provider).removeprefix("http://testserver")
    return Client().post(path, body, content_type=kind, **more)


def named(rows):
    return pytest.mark.parametrize(("provider", "body"), rows, ids=[one[0] for one in rows])


@pytest.mark.mission("S2.20")
@named(HARD)
def test_a_hard_bounce_ends_it_and_told_twice_counts_once(provider, body):
    assert [tell(provider, body).content for _ in range(3)] == [b"1 news\n", *[b"0 news\n"] * 2]
    assert Suppression.objects.get().reason == "hard bounce"
    assert Subscription.objects.get().state == "ended"
    assert Bounce.objects.get().kind == "hard"


@named(SOFT)
def test_a_soft_bounce_is_counted_at_most_and_ends_nothing(provider, body):
    assert tell(provider, body).status_code == 200
    assert {one.kind for one in Bounce.objects.all()} <= {"soft"}
    assert Subscription.objects.get().state == "active"
    assert not Suppression.objects.exists()


@named(COMPLAINTS)
def test_a_complaint_ends_it_and_the_address_is_left_alone(provider, body):
    assert [tell(provider, body).content for _ in range(2)] == [b"1 news\n", b"0 news\n"]
    assert Suppression.objects.get().reason == "complaint"
    assert Subscription.objects.get().state == "ended"


@named(HARD)
def test_of_somebody_else_it_is_passed_over(provider, body):
    text = body.decode() if isinstance(body, bytes) else json.dumps(body)
    other = text.replace("ada%40example.com", "eve%40example.com").replace(ADA, "eve@example.com")
    answer = tell(provider, other.encode() if isinstance(body, bytes) else other)
    assert (answer.status_code, answer.content) == (200, b"0 news\n")
    assert not Bounce.objects.exists()


@named(HARD)
def test_what_another_provider_sends_does_nothing_here(provider, body):
    del body
    for name, other in HARD:
        if name != provider and not isinstance(other, bytes):
            assert tell(provider, other).status_code in {200, 400}
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("provider", ["mandrill", "sparkpost"])
def test_a_body_without_end_is_refused_unread(provider):
    answer = tell(provider, b"x" * 100_000_000)
    assert answer.status_code == 413
    assert not Bounce.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "brevo", "brevo.x", "a" * 5_000, "%00", "..%2f"])
@named(HARD)
def test_a_token_that_was_made_up_is_told_nothing(provider, body, token):
    tell(provider, {})
    good = report_url(provider).removeprefix("http://testserver")
    for path in (f"/hooks/mail/{token}/", good[:-2] + ("y/" if good[-2] != "y" else "z/")):
        data = body if isinstance(body, bytes) else json.dumps(body)
        assert Client().post(path, data, content_type="application/json").status_code == 404
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "text", ["\x00", "\ud83d", "'; DROP TABLE x", "{{ 7*7 }}", "a" * 100_000, "\u202e", "\r\n", ""]
)
@named([one for one in HARD if not isinstance(one[1], bytes)])
def test_naughty_words_of_a_provider_are_kept_as_words(provider, body, text):
    told = json.loads(json.dumps(body).replace(json.dumps(NO_USER)[1:-1], "REASON"))
    answer = tell(provider, json.dumps(told).replace("REASON", json.dumps(text)[1:-1]))
    assert answer.status_code == 200
    assert not any("\x00" in one.said or len(one.said) > 500 for one in Bounce.objects.all())
    for where in (ADA, "m1"):
        naughty = json.dumps(body).replace(where, json.dumps(text)[1:-1])
        assert tell(provider, naughty).status_code in {200, 400}
