"""What an outbox must live through: answers that no database takes, lost answers, wrong clocks."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection

from tests import loop
from tests.notify.outbox import deliver, mail_sink, mailing, reader, spread, states, story
from troth.core import clock
from troth.notify import jobs
from troth.notify.actions import claiming, joining, receipting, recovering
from troth.notify.actions.receipting import Errand, Sent
from troth.notify.actions.telling import tell
from troth.notify.courier import opening, preparing
from troth.notify.courier.ledger import Ledger
from troth.notify.courier.office import Office
from troth.notify.courier.words import Voice
from troth.notify.models import Attempt, Delivery, Telling
from troth.notify.rules.lanes import Lane
from troth.notify.rules.results import Answer, Fate
from troth.people.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = Lane("email", None)


@pytest.fixture
def sink(tmp_path):
    with mail_sink(tmp_path) as made, mailing(made.port):
        yield made


def say(number=1, **more):
    return tell(story=story(number, **more), by="Ada", now=clock.now())


def leaving(courier="one:1:a"):
    """Claim what is due, write down that it leaves, and return it."""
    now = clock.now()
    ids = claiming.claim(lane=MAIL, most=100, courier=courier, now=now)
    assert receipting.write(leaving=ids, sent=(), courier=courier, now=now) == set(ids)
    return ids


def answered(pk, answer, *, tries=1):
    row = Delivery.objects.get(pk=pk)
    errand = Errand(
        id=pk, subscription=row.subscription_id, priority=1, tries=tries, first_left_at=None
    )
    return Sent(errand, answer, clock.now(), 5)


def keep(*sent, courier="one:1:a"):
    """Let a courier's ledger write receipts."""

    async def run():
        async def ask(question):
            return await asyncio.to_thread(_closing, question)

        ledger = Ledger(courier, ask, set())
        keeper = asyncio.create_task(ledger.keep())
        for one in sent:
            ledger.receipt(one)
        await asyncio.wait_for(ledger.written(), 20)
        assert not keeper.done()
        keeper.cancel()

    loop.run(run())


def _closing(question):
    try:
        return question()
    finally:
        connection.close()


@pytest.mark.mission("S2.20")
def test_an_answer_that_no_database_takes_is_kept_without_what_it_cannot_keep():
    reader()
    say()
    spread()
    [pk] = leaving()
    keep(answered(pk, Answer(fate=Fate.ACCEPTED, said="250 a\x00b \ud800", receipt="\x00q")))
    assert list(Delivery.objects.values_list("state", "said", "receipt")) == [
        ("accepted", "250 ab ?", "q")
    ]


def test_a_receipt_of_a_reader_who_was_forgotten_meanwhile_holds_up_no_other():
    gone, here = reader("gone@example.org"), reader("here@example.org")
    say()
    spread()
    ids = leaving()
    sent = [answered(pk, Answer(fate=Fate.LATER, said="451 later")) for pk in ids]
    nobody = Answer(fate=Fate.GONE, said="550 5.1.1 no such user")
    sent += [answered(ids[0], nobody)]
    Delivery.objects.filter(reader=gone.contact_id).delete()
    gone.delete()
    keep(*sent)
    assert list(Delivery.objects.values_list("reader", "state")) == [(here.contact_id, "queued")]
    assert Attempt.objects.count() == 1


def test_leaving_asked_for_again_is_granted_again_and_is_one_try():
    """The server restarts: what was committed is known, that it was is not."""
    reader()
    say()
    spread()
    [pk] = leaving()
    again = receipting.write(leaving=[pk], sent=(), courier="one:1:a", now=clock.now())
    assert again == {pk}
    assert Delivery.objects.get().tries == 1
    assert receipting.write(leaving=[pk], sent=(), courier="two:2:b", now=clock.now()) == set()


def test_a_claim_whose_answer_was_lost_is_found_again(sink):
    reader()
    say()
    spread()
    office = Office()
    assert claiming.claim(lane=MAIL, most=9, courier=office.name, now=clock.now())
    office._in_doubt = True
    reader("ben@example.org")
    say(about="incident:inc_2")
    spread()
    loop.run(office.run(asyncio.Event(), once=True))
    assert states() == ["accepted"] * 3
    assert len(sink.lines) == 3


def test_one_address_that_cannot_be_opened_waits_and_stops_no_other(sink):
    closed = reader("ada@example.org")
    reader("ben@example.org")
    Contact.objects.filter(pk=closed.contact_id).update(sealed=b"x" * 60)
    say()
    deliver()
    assert sink.readers == ["ben@example.org"]
    row = Delivery.objects.get(reader=closed.contact_id)
    assert row.state == "queued"
    assert row.due_at > clock.now() + timedelta(minutes=50)


def test_what_was_joined_is_told_though_a_courier_died_before_it_left(sink):
    reader()
    for number in range(3):
        say(about=f"incident:inc_{number}", title=f"Story {number}")
    spread()
    first = claiming.claim(lane=MAIL, most=9, courier="dead:1:x", now=clock.now())
    others = list(Delivery.objects.exclude(pk__in=first).values_list("pk", flat=True))
    joining.join(ids=others, to=first[0], now=clock.now())
    recovering.recover(name="dead:1:x", now=clock.now(), idempotent=())
    again = claiming.claim(lane=MAIL, most=9, courier="two:2:b", now=clock.now())
    outlet = next(one for one in opening.outlets() if one.lane == MAIL)
    [parcel] = preparing.prepare(
        ids=again, outlet=outlet, courier="two:2:b", voice=Voice(), now=clock.now()
    )
    assert all(f"Story {number}" in parcel.handed.letter.story.body for number in range(3))


def test_what_was_told_while_the_clock_was_a_day_ahead_is_due_when_it_is_right():
    reader()
    day = clock.now() + timedelta(days=1)
    tell(story=story(), by="Ada", now=day)
    jobs.spread(now=day)
    assert claiming.claim(lane=MAIL, most=9, courier="one:1:a", now=clock.now()) == []
    jobs.tidy(now=clock.now())
    assert len(claiming.claim(lane=MAIL, most=9, courier="one:1:a", now=clock.now())) == 1


def test_an_older_revision_never_leaves_after_a_newer_one_whenever_it_is_spread(sink):
    """Told twice at once: the older one is spread no further, and what it queued is overtaken."""
    reader()
    say(1)
    spread()
    say(2)
    spread()
    assert states() == ["overtaken", "queued"]
    Telling.objects.update(spread_at=None, cursor=0)
    spread()
    deliver()
    assert states() == ["overtaken", "accepted"]


def test_postgresql_keeps_no_statistics_of_what_changes_from_none_to_a_million():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps none")
    reader()
    say()
    spread()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notify_delivery")
        cursor.execute(
            "SELECT attname FROM pg_stats WHERE tablename = 'notify_delivery'"
            " AND schemaname = current_schema()"
        )
        known = {row[0] for row in cursor.fetchall()}
    assert "reader_id" in known
    assert "state" not in known
