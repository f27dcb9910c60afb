"""The log of messages as support and an on-call engineer need it: why one waits, what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.notify.outbox import reader, spread, story
from troth.core import clock
from troth.notify.actions.telling import tell
from troth.notify.models import Bounce, Courier, Delivery, Outlet
from troth.notify.queries import deliveries as queries
from troth.notify.queries import seeking, threads
from troth.notify.queries.deliveries import Choice
from troth.notify.rules.events import Event
from troth.notify.rules.waiting import Waiting, reason

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WAITS = {"state": "queued", "priority": 1, "due_at": NOON, "tries": 0, "pace": "at once",
         "zone": "Europe/Berlin", "quiet": (None, None)}  # fmt: skip
LATER = {"due_at": NOON + timedelta(hours=19)}
SAID = "Mon 23 Nov, 08:00 in Europe/Berlin"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "a courier takes it next"),
        ({"is_running": False}, "no courier is at work"),
        ({"is_behind": True}, "another message to the same reader goes first"),
        ({"outlet": "“Chat” is held back"}, "“Chat” is held back"),
        ({"state": "claimed"}, "a courier has it"),
        ({"state": "leaving"}, "it leaves this moment"),
        ({"state": "accepted"}, ""),
        ({**LATER, "priority": 2, "pace": "weekly"}, f"it goes with the weekly digest, {SAID}"),
        ({**LATER, "tries": 2}, f"it is tried again {SAID}"),
        ({**LATER, "quiet": (0, 1439)}, f"quiet hours of the reader, until {SAID}"),
        (LATER, f"it is due {SAID}"),
    ],
)
def test_a_message_that_waits_says_why(more, said):
    assert reason(Waiting(**{**WAITS, **more}), at=NOON) == said


@pytest.fixture
def told(db):
    """Tell a story to three readers."""
    for name in "abc":
        reader(f"{name}@example.org")
    telling = tell(story=story(body="It is **fixed**."), by="Ada", now=clock.now())
    spread()
    return telling


@pytest.fixture
def ed(signed_in, ben):
    return signed_in(ben)


def page(desk, path, **query):
    return desk.get(f"/desk/messages/{path}", query).content.decode()


def test_a_story_is_shown_as_it_was_meant_with_names_that_people_say(told, ed):
    text = page(ed, f"stories/{told.thread.uid}/")
    assert "<strong>fixed</strong>" in text
    assert "Incident opened" in text
    assert "E-mail" in text
    assert "incident.opened" not in text


@pytest.mark.mission("S4.16")
def test_what_each_channel_has_is_counted_by_what_is_known(told, ed):
    one, two, three = Delivery.objects.order_by("pk")
    for row, state in ((one, "accepted"), (two, "unknown"), (three, "given up")):
        Delivery.objects.filter(pk=row.pk).update(state=state)
    for kind in ("hard", "opened"):
        Bounce.objects.create(contact=one.reader, delivery=one, kind=kind, at=clock.now(),
                              event_id=kind)  # fmt: skip
    later = clock.now() + timedelta(seconds=46)
    [has] = threads.thread(told.thread.uid, now=later).channels
    counts = (has.accepted, has.unknown, has.failed, has.bounced, has.opened, has.under_way)
    assert counts == (1, 1, 1, 1, 1, 0)
    with clock.frozen(later):
        text = page(ed, f"stories/{told.thread.uid}/")
    assert "E-mail (2 of 3 readers) lacks the newest revision" in text
    assert "Send 1 failed once more" in text


def test_divergence_is_named_within_a_minute(told):
    shown = threads.thread(told.thread.uid, now=told.told_at + timedelta(seconds=50))
    assert [one.channel for one in shown.behind] == ["email"]


def test_failed_ones_are_sent_once_more_together_and_once(told, ed):
    Delivery.objects.update(state="given up", said="421 later")
    query = f"?thread={told.thread.uid}&state=failed"
    address = f"/desk/messages/deliveries/replay/{query}"
    assert "Send 3 messages once more?" in ed.get(address).content.decode()
    assert Delivery.objects.count() == 3
    for _ in range(2):
        assert ed.post(address).status_code == 302
    assert Delivery.objects.filter(state="queued").count() == 3
    assert Delivery.objects.count() == 6


def test_who_is_unknown_may_be_told_twice_and_that_is_said(told, ed):
    Delivery.objects.update(state="unknown")
    text = page(ed, "deliveries/replay/", thread=told.thread.uid, state="unknown")
    assert "those readers may be told twice" in text


def test_only_editors_send_once_more(told, signed_in, cleo):
    support = signed_in(cleo)
    assert support.get("/desk/messages/deliveries/replay/").status_code == 403
    assert "once more" not in page(support, "deliveries/", state="failed")


def test_the_log_is_a_file_that_no_spreadsheet_runs(told, ed):
    Delivery.objects.update(state="refused", said="=1+1")
    answer = ed.get("/desk/messages/deliveries/file/", {"thread": told.thread.uid})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("id,title,event,revision,channel")
    assert "'=1+1" in lines[1]
    assert "example.org" in lines[1]
    assert "a@example.org" not in "".join(lines)


def test_the_file_goes_on_after_its_first_part(told, monkeypatch):
    monkeypatch.setattr(queries, "_AT_ONCE", 2)
    assert len(list(queries.everything(Choice(), at=clock.now()))) == 3


def test_the_messages_of_one_revision_state_and_reader_have_an_address(told, ed):
    first = Delivery.objects.order_by("pk").first()
    assert page(ed, "deliveries/", thread=told.thread.uid, number="1").count("<tr>") == 4
    assert "No message fits" in page(ed, "deliveries/", thread=told.thread.uid, number="2")
    assert page(ed, "deliveries/", subscription=first.subscription.uid).count("<tr>") == 2
    assert page(ed, "deliveries/", number="x" * 40).count("<tr>") == 4


def test_a_standstill_is_said_where_somebody_looks(told, ed):
    Delivery.objects.update(due_at=clock.now() - timedelta(minutes=5))
    uid = told.thread.uid
    for path in ("", "deliveries/", f"stories/{uid}/"):
        assert "nothing leaves" in page(ed, path)
    Courier.objects.create(name="here:1", started_at=clock.now(), seen_at=clock.now())
    for path in ("", "deliveries/", f"stories/{uid}/"):
        assert "nothing leaves" not in page(ed, path)


def test_an_outlet_that_is_held_back_is_why_its_messages_wait(told, ed):
    Outlet.objects.create(slug="mail", channel="email", name="Our mail", is_default=True,
                          created_at=clock.now(), paused_at=clock.now())  # fmt: skip
    assert "“Our mail” is held back" in page(ed, "deliveries/", state="waiting")


@pytest.mark.django_db
def test_what_waits_for_a_reader_stands_on_the_readers_screen(ed):
    weekly = reader("w@example.org", pace="weekly", quiet_from=22 * 60, quiet_until=7 * 60,
                    zone="Europe/Berlin")  # fmt: skip
    tell(story=story(), by="Ada", now=clock.now())
    spread()
    shown = page(ed, f"subscribers/{weekly.uid}/")
    assert "22:00 to 07:00" in shown
    assert "weekly, next" in shown
    assert "with the weekly digest" in page(ed, "deliveries/", subscription=weekly.uid)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_for_one_and_for_three(rows, ed, django_assert_num_queries):
    for number in range(rows):
        reader(f"r{number}@example.org")
    tell(story=story(), by="Ada", now=clock.now())
    spread()
    now = clock.now()
    with django_assert_num_queries(5):
        assert len(queries.deliveries(Choice(), at=now).items) == rows


@pytest.mark.django_db
def test_who_waits_as_they_wish_does_not_count_as_not_told(ed):
    reader("now@example.org")
    reader("weekly@example.org", pace="weekly")
    telling = tell(story=story(), by="Ada", now=clock.now())
    spread()
    Delivery.objects.filter(priority=1).update(state="accepted")
    shown = threads.thread(telling.thread.uid, now=clock.now() + timedelta(minutes=2))
    [has] = shown.channels
    assert (has.accepted, has.later, has.lacking, shown.behind) == (1, 1, 0, ())
    assert not shown.is_under_way
    late = threads.thread(telling.thread.uid, now=clock.now() + timedelta(days=9))
    assert [one.lacking for one in late.behind] == [1]  # its digest should have gone


@pytest.mark.django_db
def test_what_was_told_within_another_message_has_arrived_with_it(ed):
    reader("a@example.org")
    first, second = (
        tell(story=story(about=f"incident:{name}"), by="Ada", now=clock.now()) for name in "xy"
    )
    spread()
    whole, part = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=whole.pk).update(state="accepted")
    Delivery.objects.filter(pk=part.pk).update(state="joined", joined_to=whole)
    [has] = threads.thread(second.thread.uid, now=clock.now()).channels
    assert (has.accepted, has.revision, has.others) == (1, second.revision, 0)
    Delivery.objects.filter(pk=whole.pk).update(state="given up")
    [has] = threads.thread(second.thread.uid, now=clock.now()).channels
    assert (has.accepted, has.failed) == (0, 1)
    assert first.thread.uid != second.thread.uid


def test_an_alarm_counts_whom_it_was_told(told):
    only = tell(story=story(about="alert:x", event=Event.ALERT_RAISED), by="Ada", now=clock.now(),
                only=[Delivery.objects.first().subscription.uid])  # fmt: skip
    assert only.matched == 1


def test_a_page_looks_through_so_many_and_says_where_to_go_on(told, ed, monkeypatch):
    monkeypatch.setattr(seeking, "LOOK", 2)
    monkeypatch.setattr(seeking, "_GLANCE", 1)
    monkeypatch.setattr(seeking, "_FEW", 0)  # no channel is rare
    Delivery.objects.all().delete()
    reader("https://chat.example.org/hook", channel="webhook")
    for number in range(5):
        reader(f"r{number}@example.org")
    tell(story=story(about="incident:look"), by="Ada", now=clock.now())
    spread()
    Delivery.objects.update(state="accepted")
    oldest = Delivery.objects.get(channel="webhook")
    Delivery.objects.exclude(pk=oldest.pk).filter(pk__lt=oldest.pk).delete()
    pages, after = [], None
    while True:
        shown = queries.deliveries(Choice(channel="webhook"), at=clock.now(), after=after)
        pages.append([one.id for one in shown.items])
        after = shown.next
        if after is None:
            break
    assert [one for items in pages for one in items] == [oldest.pk]
    assert len(pages) == -(-Delivery.objects.count() // 2)
    first = page(ed, "deliveries/", channel="webhook")
    assert "Look further back" in first
    assert len(queries.deliveries(Choice(state="accepted"), at=clock.now()).items) > 2


def test_what_never_was_is_told_apart_from_what_does_not_fit(ed, db):
    assert "No message went out yet" in page(ed, "deliveries/")
    assert "No message fits" in page(ed, "deliveries/", state="failed")
    assert "Nobody reads us yet" in page(ed, "subscribers/")
    assert "Nobody reads us in this way" in page(ed, "subscribers/", state="active")
