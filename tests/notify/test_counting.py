"""What is too much to be counted for a screen is counted beside it, and says when."""

from datetime import timedelta

import pytest

from tests.notify.outbox import reader, spread, story
from troth.core import clock
from troth.notify import jobs
from troth.notify.actions import counting, replaying
from troth.notify.actions.suppressing import bounced
from troth.notify.actions.telling import tell
from troth.notify.models import Census, Delivery, Reckoning, Subscription
from troth.notify.queries import counted, threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(counted, "MANY", 2)
    monkeypatch.setattr(counted, "MANY_READERS", 2)


@pytest.fixture
def told():
    """Tell a story to three readers: here that is too much to be counted for a screen."""
    for name in "abc":
        reader(f"{name}@example.org")
    telling = tell(story=story(), by="Ada", now=clock.now())
    spread()
    telling.refresh_from_db()
    return telling


def states(telling, now):
    [shown] = threads.thread(telling.thread.uid, now=now).tellings
    return shown.counts


def end(state="accepted"):
    Delivery.objects.filter(state="queued").update(state=state)


@pytest.mark.mission("S4.16")
def test_many_messages_are_counted_beside_the_screen_until_they_have_ended(told):
    now = clock.now()
    assert jobs.is_uncounted(now=now)
    assert states(told, now) == {"queued": 3}  # nobody counted yet: just now
    assert threads.thread(told.thread.uid, now=now).counted_at is None
    assert jobs.count(now=now) == 2  # the readers, too
    end()
    shown = threads.thread(told.thread.uid, now=now)
    assert (states(told, now), shown.counted_at) == ({"queued": 3}, now)
    soon = now + timedelta(seconds=3)
    jobs.count(now=soon)
    assert states(told, soon) == {"accepted": 3}
    assert not jobs.is_uncounted(now=soon + timedelta(seconds=50))


def test_a_screen_says_when_its_figures_were_counted(told, signed_in, ben):
    jobs.count(now=told.told_at)
    text = signed_in(ben).get(f"/desk/messages/stories/{told.thread.uid}/").content.decode()
    assert "these are the figures of" in text
    text = signed_in(ben).get("/desk/messages/subscribers/").content.decode()
    assert "Counted" in text


def test_what_changes_after_its_end_is_counted_once_more(told, ben):
    now = told.told_at
    end("given up")
    jobs.count(now=now)
    assert states(told, now) == {"given up": 3}
    row = Delivery.objects.first()
    replaying.replay(delivery=row, author=ben, now=now)
    later = now + timedelta(seconds=1)
    assert jobs.is_uncounted(now=later + timedelta(seconds=2))
    jobs.count(now=later + timedelta(seconds=2))
    assert states(told, later) == {"given up": 3, "queued": 1}
    end()
    jobs.count(now=later + timedelta(seconds=9))
    bounced(contact_id=row.reader_id, kind="opened", said="", event_id="1", at=now, now=now,
            delivery_id=row.pk)  # fmt: skip
    jobs.count(now=later + timedelta(seconds=90))
    [has] = threads.thread(told.thread.uid, now=later).channels
    assert (has.accepted, has.opened) == (1, 1)


def test_a_change_while_it_is_counted_is_counted_next_time(told, monkeypatch):
    now = told.told_at
    end()
    [row] = counted.open_reckonings()
    real = counted.live

    def meanwhile(tellings, *, now):
        found = real(tellings, now=now)
        counting.changed(Reckoning.objects.filter(telling__in=tellings))
        return found

    monkeypatch.setattr(counted, "live", meanwhile)
    counting.reckon(row=row, now=now)
    assert not Reckoning.objects.get().is_settled
    monkeypatch.undo()
    monkeypatch.setattr(counted, "MANY", 2)
    counting.reckon(row=Reckoning.objects.get(), now=now)
    assert Reckoning.objects.get().is_settled


def test_what_waits_for_a_digest_is_counted_more_and_more_seldom(told):
    now = told.told_at
    Delivery.objects.update(due_at=now + timedelta(days=3))
    rests = []
    for _ in range(8):
        [row] = counted.open_reckonings()
        counting.reckon(row=row, now=now)
        rests.append(Reckoning.objects.get().rest_ms)
    assert rests == sorted(rests)
    assert (rests[0], rests[-1]) == (2_000, 60_000)
    assert states(told, now) == {"later": 3}


def test_a_clock_that_went_back_lets_nothing_wait(told):
    [row] = counted.open_reckonings()
    counting.reckon(row=row, now=told.told_at + timedelta(days=400))
    assert jobs.is_uncounted(now=told.told_at)


def test_what_is_not_told_everywhere_is_found_in_as_many_questions_for_one_as_for_three(
    told, django_assert_num_queries
):
    late, uid = told.told_at + timedelta(minutes=5), told.thread.uid
    with django_assert_num_queries(6):
        assert [one.row.uid for one in threads.behind(now=late)] == [uid]
    for number in range(2):
        tell(story=story(about=f"incident:{number}"), by="Ada", now=told.told_at)
    spread()
    with django_assert_num_queries(6):
        assert len(threads.behind(now=late)) == 3
    jobs.count(now=late)
    found = threads.behind(now=late)
    assert {one.counted_at for one in found} == {late}
    assert [has.lacking for one in found for has in one.behind] == [3, 3, 3]


def test_readers_are_counted_every_minute_when_they_are_many():
    now = clock.now()
    for number in range(4):
        reader(f"r{number}@example.org", state="ended" if number == 3 else "active")
    reader("ours@example.org", is_ours=True)
    there = {("email", "active"): 3, ("email", "ended"): 1}
    assert counted.readers() == counted.Readers(there)
    jobs.count(now=now)
    Subscription.objects.update(state="paused")
    assert counted.readers() == counted.Readers(there, now)
    assert not jobs.is_uncounted(now=now + timedelta(seconds=59))
    jobs.count(now=now + timedelta(seconds=61))
    assert counted.readers().counts == {("email", "paused"): 4}
    assert Census.objects.count() == 1


def test_few_readers_are_counted_when_somebody_asks(monkeypatch):
    monkeypatch.setattr(counted, "MANY_READERS", 10_000)
    reader()
    jobs.count(now=clock.now())
    assert not Census.objects.exists()
    assert counted.readers() == counted.Readers({("email", "active"): 1})
