"""Order, joining, quiet hours, rates, outages, quarantine, replay: with real servers."""

import asyncio
import socket
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests import loop
from tests.notify.outbox import (
    deliver,
    mail_sink,
    mailing,
    program,
    reader,
    spread,
    states,
    story,
)  # fmt: skip
from troth.core import clock
from troth.notify.actions import claiming, outlets, recovering, replaying, trying
from troth.notify.actions.telling import tell
from troth.notify.courier.office import Office
from troth.notify.models import Delivery, Outlet, Subscription
from troth.notify.queries import outbox as queue
from troth.notify.rules.lanes import Lane

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = Lane("email", None)


@pytest.fixture
def sink(tmp_path):
    with mail_sink(tmp_path) as made, mailing(made.port):
        yield made


@pytest.fixture
def hook():
    with program() as made, mailing(1):
        yield made


def say(number=1, **more):
    told = tell(story=story(number, **more), by="Ada", now=clock.now())
    spread()
    return told


def claim(most=10):
    return claiming.claim(lane=MAIL, most=most, courier="here:1:x", now=clock.now())


def test_a_reader_gets_one_message_after_the_other_in_the_order_of_telling(hook):
    reader(hook.url, channel="webhook")
    for number in range(6):
        say(about=f"incident:inc_{number}", title=f"Story {number}")
    deliver()
    assert [body["data"]["title"] for body in hook.bodies] == [f"Story {n}" for n in range(6)]


def test_what_waits_to_be_tried_again_is_not_passed_by_what_came_later(hook):
    hook.answers = [(503, {"retry-after": "600"})]
    reader(hook.url, channel="webhook")
    say(about="incident:inc_1")
    deliver()
    say(about="incident:inc_2")
    deliver()
    assert len(hook.taken) == 1
    Delivery.objects.update(due_at=clock.now())
    deliver()
    told = [body["data"]["about"] for body in hook.bodies]
    assert told == ["incident:inc_1", "incident:inc_1", "incident:inc_2"]


def test_of_one_reader_one_message_is_claimed_and_the_urgent_one_first():
    reader()
    first = say(about="incident:inc_1")
    urgent = say(about="incident:inc_2", is_urgent=True)
    [claimed] = claim()
    assert Delivery.objects.get(pk=claimed).telling == urgent
    assert claim() == []
    Delivery.objects.filter(pk=claimed).update(state="accepted")
    [claimed] = claim()
    assert Delivery.objects.get(pk=claimed).telling == first


def test_a_burst_is_one_message_and_each_of_it_is_kept(sink):
    reader()
    for number in range(4):
        say(about=f"incident:inc_{number}")
    deliver()
    assert len(sink.lines) == 1
    assert states() == ["accepted", "joined", "joined", "joined"]
    assert set(Delivery.objects.filter(state="joined").values_list("joined_to", flat=True)) == {
        Delivery.objects.get(state="accepted").pk
    }


def test_a_digest_waits_for_its_hour_and_is_one_message(sink):
    reader(pace="daily", zone="Europe/Berlin")
    for number in range(2):
        say(about=f"incident:inc_{number}")
    deliver()
    assert sink.lines == []
    due = set(Delivery.objects.values_list("due_at", flat=True))
    assert {at.astimezone(UTC).hour for at in due} <= {6, 7}  # eight o'clock in Berlin
    Delivery.objects.update(due_at=clock.now())
    deliver()
    assert len(sink.lines) == 1
    assert states() == ["accepted", "joined"]


def test_quiet_hours_put_off_and_urgent_messages_pass(sink):
    now = clock.now()
    minute = now.hour * 60 + now.minute
    reader(quiet_from=(minute - 5) % 1440, quiet_until=(minute + 60) % 1440)
    say(about="incident:inc_1")
    say(about="incident:inc_2", is_urgent=True)
    deliver()
    assert len(sink.lines) == 1
    assert states() == ["queued", "accepted"]
    late = Delivery.objects.get(state="queued").due_at
    assert timedelta(minutes=50) < late - now <= timedelta(minutes=61)


def test_an_outlets_rate_is_shared_by_all_who_claim():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    outlet = Outlet.objects.create(slug="m", channel="email", name="M", created_at=now,
                                   is_default=True, per_second=5)  # fmt: skip
    for number in range(20):
        reader(f"r{number}@example.org")
    with clock.frozen(now):
        say()
    lane = Lane("email", outlet.pk, 5.0)

    def claimed(courier, seconds):
        at = now + timedelta(seconds=seconds)
        return len(claiming.claim(lane=lane, most=20, courier=courier, now=at))

    assert [claimed("a:1:x", 0), claimed("b:2:y", 0), claimed("b:2:y", 1.0)] == [5, 0, 5]


def test_a_server_that_is_down_costs_no_message_its_tries(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    reader()
    say()
    with mailing(port):
        deliver()
    row = Delivery.objects.get()
    assert (row.state, row.tries) == ("queued", 0)
    assert "mail server" in row.said
    Delivery.objects.update(due_at=clock.now())
    with mail_sink(tmp_path) as sink, mailing(sink.port):
        deliver()
    assert states() == ["accepted"]


@pytest.mark.parametrize(
    ("says", "state", "tries", "subscription"),
    [
        ("MAIL=550 5.7.1 sender not allowed", "queued", 0, "active"),
        ("RCPT=451 4.7.1 greylisted", "queued", 1, "active"),
        ("RCPT=550 5.7.1 policy", "refused", 1, "active"),
        ("RCPT=550 5.1.1 no such user", "refused", 1, "ended"),
        ("RCPT=421 4.3.2 closing", "queued", 0, "active"),
        ("END=452 4.3.1 disk full", "queued", 1, "active"),
        ("END=554 5.6.0 content", "refused", 1, "active"),
        ("END=", "unknown", 1, "active"),
    ],
)
def test_what_a_mail_server_says_is_understood(tmp_path, says, state, tries, subscription):
    made = reader()
    say()
    with mail_sink(tmp_path, "--say", says) as sink, mailing(sink.port):
        deliver()
    row = Delivery.objects.get()
    made.refresh_from_db()
    assert (row.state, row.tries, made.state) == (state, tries, subscription)


def test_an_outlet_that_is_down_says_so_until_it_works(tmp_path):
    def declared(port):
        outlets.declare_outlet(
            document={
                "apiVersion": "troth/v1", "kind": "Outlet", "metadata": {"name": "mail"},
                "spec": {"channel": "email", "default": True,
                         "settings": {"host": "127.0.0.1", "port": port, "security": "none"}},
            },
            author=None, now=clock.now(),
        )  # fmt: skip

    declared(1)
    reader()
    say()
    deliver()
    outlet = Outlet.objects.get()
    assert outlet.failing_since is not None
    assert "mail server" in outlet.problem
    Delivery.objects.update(due_at=clock.now())
    with mail_sink(tmp_path) as sink:
        declared(sink.port)
        deliver()
    assert states() == ["accepted"]
    outlet.refresh_from_db()
    assert (outlet.failing_since, outlet.problem) == (None, "")


def test_a_paused_outlet_sends_nothing_and_goes_on_afterwards(sink):
    outlet = Outlet.objects.create(
        slug="m", channel="email", name="M", created_at=clock.now(), is_default=True,
        settings={"host": "127.0.0.1", "port": sink.port, "security": "none"},
        paused_at=clock.now(),
    )  # fmt: skip
    reader()
    say()
    deliver()
    assert (states(), sink.lines) == (["queued"], [])
    Outlet.objects.filter(pk=outlet.pk).update(paused_at=None)
    deliver()
    assert states() == ["accepted"]


def test_an_endpoint_that_keeps_failing_is_left_alone_until_a_test_arrives(hook):
    made = reader(hook.url, channel="webhook", failures=9,
                  failing_since=clock.now() - timedelta(hours=7))  # fmt: skip
    hook.answers = [(500, {})]
    say(about="incident:inc_1")
    deliver()
    made.refresh_from_db()
    assert made.state == "quarantined"
    assert made.note.startswith("failed 10 times since")
    Delivery.objects.update(due_at=clock.now())
    deliver()
    assert states() == ["withheld"]
    trying.send_test(subscription=made, by="Ada", now=clock.now())
    deliver()
    made.refresh_from_db()
    assert (made.state, made.failures) == ("active", 0)


def test_what_is_unknown_is_never_repeated_by_itself_and_can_be_replayed_by_hand(sink):
    reader()
    say()
    [held] = claim()
    Delivery.objects.filter(pk=held).update(state="leaving", tries=1)
    recovering.recover(name="here:1:x", now=clock.now(), idempotent=())
    assert states() == ["unknown"]
    deliver()
    assert sink.lines == []
    row = Delivery.objects.get()
    replaying.replay(delivery=row, author=None, now=clock.now())
    with pytest.raises(replaying.NotReplayableError):
        replaying.replay(delivery=row, author=None, now=clock.now())
    deliver()
    assert states() == ["unknown", "accepted"]
    assert len(sink.lines) == 1


def test_where_the_other_side_drops_repeats_nothing_is_unknown(hook):
    reader(hook.url, channel="webhook")
    say()
    [held] = claiming.claim(lane=Lane("webhook", None), most=5, courier="here:1:x", now=clock.now())
    Delivery.objects.filter(pk=held).update(state="leaving", tries=1)
    recovering.recover(name="here:1:x", now=clock.now(), idempotent=("webhook",))
    deliver()
    assert states() == ["accepted"]


def test_a_courier_that_was_taken_for_dead_sends_nothing_of_what_it_held():
    from troth.notify.actions import receipting

    reader()
    say()
    [held] = claim()
    recovering.recover(name="here:1:x", now=clock.now(), idempotent=())
    again = claiming.claim(lane=MAIL, most=5, courier="there:2:y", now=clock.now())
    assert again == [held]
    late = receipting.write(leaving=[held], sent=[], courier="here:1:x", now=clock.now())
    assert late == set()


def test_several_couriers_share_the_work(sink):
    for number in range(60):
        reader(f"r{number}@example.org")
    say()

    async def three():
        offices = [Office() for _ in range(3)]
        await asyncio.gather(*(one.run(asyncio.Event(), once=True) for one in offices))

    loop.run(asyncio.wait_for(three(), 60))
    assert states() == ["accepted"] * 60
    assert len(set(sink.readers)) == len(sink.lines) == 60


@contextmanager
def jumping(seconds):
    """Let the clock of this process run ahead, or behind."""
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        yield


@pytest.mark.parametrize("seconds", [86_400, -86_400])
def test_a_clock_that_jumps_kills_no_courier(seconds, sink):
    from troth.notify.courier.watch import Watch

    now = clock.now()
    recovering.arrive(name="elsewhere:7:z", now=now)
    recovering.arrive(name="elsewhere:8:a", now=now + timedelta(seconds=seconds))
    watch = Watch("elsewhere:9:b")
    assert len(watch.living(now=now + timedelta(seconds=seconds))) == 3
    with jumping(seconds):
        assert len(watch.living(now=clock.now())) == 3


def test_an_idle_look_is_one_question(django_assert_num_queries):
    reader()
    lanes = [Lane("email", None), Lane("webhook", None), Lane("slack", 3)]
    with django_assert_num_queries(1):
        assert queue.due_lanes(lanes, now=clock.now()) == []
    say()
    assert queue.due_lanes(lanes, now=clock.now()) == [lanes[0]]
    assert Subscription.objects.count() == 1
