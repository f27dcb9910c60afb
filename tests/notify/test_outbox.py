"""From a telling to the reader, with real servers at the other end."""

from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from tests.notify.outbox import deliver, mail_sink, mailing, program, reader, spread, states, story
from troth.core import clock
from troth.notify import webhook_keys
from troth.notify.actions import signing
from troth.notify.actions.telling import tell
from troth.notify.models import Attempt, Delivery, Subscription, Suppression, Telling, Thread
from troth.notify.rules.events import Event, Severity, mask
from troth.people import actions as people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink(tmp_path):
    with mail_sink(tmp_path) as made, mailing(made.port):
        yield made


@pytest.fixture
def hook():
    with program() as made, mailing(1):
        yield made


def say(number=1, **more):
    return tell(story=story(number, **more), by="Ada", now=clock.now())


@pytest.mark.mission("S2.20")
def test_a_story_reaches_each_reader_by_mail_once(sink):
    for name in ("ada", "ben", "cleo"):
        reader(f"{name}@example.org")
    say()
    deliver()
    assert sorted(sink.readers) == ["ada@example.org", "ben@example.org", "cleo@example.org"]
    assert states() == ["accepted"] * 3
    deliver()
    assert len(sink.lines) == 3


def test_the_same_revision_told_again_is_told_once():
    assert say() == say()
    assert Telling.objects.count() == Thread.objects.count() == 1


def test_a_webhook_is_signed_as_standard_webhooks_verifies_it(hook):
    made = reader(hook.url, channel="webhook")
    say()
    deliver()
    [(headers, body)] = hook.taken
    made.refresh_from_db()
    [key] = webhook_keys.keys(made.uid, made.sealed, now=clock.now())
    told = Webhook(key).verify(body, headers)
    assert told["type"] == "incident.opened"
    assert told["data"]["title"] == "Payments fail (1)"


def test_two_keys_sign_while_a_program_changes_over(hook):
    made = reader(hook.url, channel="webhook")
    old = webhook_keys.keys(made.uid, made.sealed, now=clock.now())[0]
    new = signing.rotate(subscription=made, now=clock.now())
    say()
    deliver()
    [(headers, body)] = hook.taken
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    late = clock.now() + timedelta(days=2)
    assert webhook_keys.keys(made.uid, made.sealed, now=late) == [new]


@pytest.mark.mission("S2.16")
def test_consent_is_asked_when_the_message_leaves(sink):
    made = reader()
    say()
    spread()
    people.withdraw(
        contact=made.contact, purposes=["status"], how="link", proof={}, now=clock.now()
    )
    deliver()
    assert sink.lines == []
    assert list(Delivery.objects.values_list("state", "said")) == [
        ("withheld", "no consent to status")
    ]


def test_a_suppressed_address_and_an_ended_subscription_get_nothing(sink):
    first, second = reader("a@example.org"), reader("b@example.org")
    say()
    spread()
    Suppression.objects.create(
        channel="email", digest=first.contact.digest, shown="a", reason="staff", at=clock.now()
    )
    Subscription.objects.filter(pk=second.pk).update(state="ended")
    deliver()
    assert sink.lines == []
    assert states() == ["withheld", "withheld"]


def test_who_is_told_is_matched_by_event_severity_page_audience_and_part(sink):
    reader("event@example.org", events=mask([Event.PROMISE_BROKEN]))
    reader("floor@example.org", floor=3)
    reader("page@example.org", page="internal")
    reader("audience@example.org", audience="partners")
    asked = reader("asked@example.org", has_parts=True)
    asked.parts.create(key="component:cmp_other")
    reader("yes@example.org")
    say(pages=("",), audiences=("",))
    deliver()
    assert sink.readers == ["yes@example.org"]


def test_a_newer_revision_overtakes_one_that_has_not_left(sink):
    reader()
    say(1)
    spread()
    say(2)
    deliver()
    assert states() == ["overtaken", "accepted"]
    assert len(sink.lines) == 1


def test_a_correction_goes_where_the_mistake_went(sink):
    only = mask([Event.INCIDENT_OPENED])
    reader("ada@example.org", events=only)
    say(1)
    deliver()
    say(2)
    deliver()
    assert len(sink.lines) == 1
    say(3, is_correction=True)
    deliver()
    assert len(sink.lines) == 2


def test_who_subscribed_after_the_mistake_is_not_told_of_its_correction(sink):
    reader("ada@example.org")
    say(1)
    deliver()
    reader("late@example.org")
    say(2, is_correction=True)
    deliver()
    assert sink.readers == ["ada@example.org"] * 2
    say(3)
    deliver()
    assert sorted(sink.readers[2:]) == ["ada@example.org", "late@example.org"]


def test_a_correction_that_makes_it_worse_goes_to_whom_it_concerns_now(sink):
    reader("ada@example.org")
    reader("floor@example.org", floor=3)
    say(1)
    deliver()
    say(2, is_correction=True, severity=Severity.CRITICAL)
    deliver()
    assert sorted(sink.readers[1:]) == ["ada@example.org", "floor@example.org"]


def test_a_failing_program_is_tried_again_and_retry_after_is_kept_to(hook):
    hook.answers = [(503, {"retry-after": "120"})]
    reader(hook.url, channel="webhook")
    say()
    deliver()
    row = Delivery.objects.get()
    assert (row.state, row.tries) == ("queued", 1)
    assert row.due_at >= clock.now() + timedelta(seconds=110)
    Delivery.objects.update(due_at=clock.now())
    deliver()
    assert states() == ["accepted"]
    ids = {headers["webhook-id"] for headers, _ in hook.taken}
    assert len(hook.taken) == 2
    assert len(ids) == 1
    assert list(Attempt.objects.order_by("pk").values_list("fate", flat=True)) == [
        "later", "accepted",
    ]  # fmt: skip


def test_other_refusals_are_final_and_410_ends_the_subscription(hook):
    hook.answers = [(400, {}), (410, {})]
    made = reader(hook.url, channel="webhook")
    say(1)
    deliver()
    assert states() == ["refused"]
    say(2)
    deliver()
    assert states() == ["refused", "refused"]
    made.refresh_from_db()
    assert made.state == "ended"
    assert Suppression.objects.count() == 1
