"""Lists of subscribers and of messages, sifted: all that fits, each once, whatever is asked."""

import random
from itertools import product

import pytest

from tests.notify.outbox import reader, spread, story
from troth.core import clock
from troth.core.paging import written
from troth.notify.actions.telling import tell
from troth.notify.models import Delivery, State, Stretch, SubscribedPart, Subscription
from troth.notify.queries import deliveries, listing, seeking
from troth.notify.queries.deliveries import Choice
from troth.notify.queries.readers import Sieve
from troth.notify.queries.spans import Span, joined

pytestmark = pytest.mark.django_db
CHANNELS, LANGUAGES = ("email", "webhook", "slack"), ("en", "de")
STATES = ("active", "paused", "ended")
ADDRESS = {"email": "r{}@example.org", "webhook": "https://r{}.example.org/hook",
           "slack": "https://hooks.slack.com/services/T0/B0/{}"}  # fmt: skip


def crowd(many, seed=7):
    """Make readers of all kinds, a tenth of them our own routes."""
    chance = random.Random(seed)
    for number in range(many):
        channel = chance.choice(CHANNELS)
        row = reader(
            ADDRESS[channel].format(number), channel=channel, language=chance.choice(LANGUAGES),
            state=chance.choice(STATES), page=chance.choice(("", "inside")),
            has_parts=number % 3 == 0, is_ours=number % 10 == 9,
        )  # fmt: skip
        if row.has_parts:
            SubscribedPart.objects.create(subscription=row, key=f"component:c{number % 2}")


def walked(sieve, limit):
    """Return every id of a list, page by page, and how many pages that were."""
    ids, before, pages = [], None, 0
    while True:
        part = listing.part(sieve, before=before, limit=limit)
        ids += [row.pk for row in part.rows]
        pages += 1
        assert len(part.rows) <= limit
        if part.place is None:
            return ids, pages
        assert before is None or part.place < before
        before = part.place


@pytest.mark.mission("S3.20")
@pytest.mark.parametrize("look", [3, 1_000])
def test_every_reader_that_fits_is_listed_once_the_newest_first(monkeypatch, look):
    monkeypatch.setattr(listing, "LOOK", look)
    monkeypatch.setattr(listing, "_GLANCE", 2)
    crowd(60)
    rows = list(Subscription.objects.filter(is_ours=False).order_by("-pk").select_related("contact")
                .prefetch_related("parts"))  # fmt: skip
    asked = product(("", *CHANNELS, "sms"), ("", *STATES), ("", *LANGUAGES), (None, "", "inside"),
                    ("", "component:c0", "component:none"))  # fmt: skip
    for channel, state, language, page, key in asked:
        sieve = Sieve(channel=channel, state=state, language=language, page=page, key=key)
        fits = [
            row.pk for row in rows
            if channel in ("", row.contact.channel) and state in ("", row.state)
            and language in ("", row.contact.language) and page in (None, row.page)
            and key in ("", *(part.key for part in row.parts.all()))
        ]  # fmt: skip
        assert walked(sieve, 4)[0] == fits, sieve
        first, count = listing.opening(sieve, limit=4)
        assert [row.pk for row in first.rows] == fits[: len(first.rows)]
        assert count == listing.count(sieve)
        assert count.number == len(fits) if count.is_exact else count.number <= len(fits), sieve


def test_a_list_is_counted_so_far_and_says_so(monkeypatch):
    crowd(30)
    monkeypatch.setattr(listing, "COUNTED", 5)
    assert listing.count(Sieve()) == listing.Count(5, is_exact=False)
    there = Subscription.objects.filter(is_ours=False, channel="slack", state="ended").count()
    assert listing.count(Sieve(channel="slack", state="ended")) == listing.Count(
        there, is_exact=True
    )


@pytest.fixture
def log():
    """Tell three stories, one in two revisions, to readers of all kinds; all kinds of states."""
    crowd(40)
    Subscription.objects.update(state="active", is_ours=False, has_parts=False, page="")
    for number, about in ((1, "x"), (1, "y"), (2, "x"), (1, "z")):
        tell(story=story(number, about=f"incident:{about}"), by="Ada", now=clock.now())
        spread()
    chance = random.Random(3)
    for row in Delivery.objects.order_by("pk"):
        state = chance.choice([one for one in State.values if one not in ("claimed", "leaving")])
        Delivery.objects.filter(pk=row.pk).update(state=state)
    held = Delivery.objects.order_by("reader", "pk").distinct().values_list("reader", "pk")
    for pk in list(dict(held).values())[:5]:
        Delivery.objects.filter(pk=pk).update(state=chance.choice(("claimed", "leaving")))
    return list(
        Delivery.objects.order_by("-pk").select_related("thread", "telling", "subscription")
    )


def read_through(choice, limit):
    ids, after = [], None
    while True:
        page = deliveries.deliveries(choice, at=clock.now(), after=after, limit=limit)
        ids += [one.id for one in page.items]
        after = page.next
        if after is None:
            return ids


@pytest.mark.mission("S4.16")
@pytest.mark.parametrize(("look", "few"), [(3, 0), (4, 500), (20_000, 500)])
def test_every_message_that_fits_is_in_the_log_once_the_newest_first(log, monkeypatch, look, few):
    monkeypatch.setattr(seeking, "LOOK", look)
    monkeypatch.setattr(seeking, "_GLANCE", 2)
    monkeypatch.setattr(seeking, "_FEW", few)
    threads = sorted({row.thread.uid for row in log})
    whose = log[17]
    named = ("", *threads, "thr_nothing"), ("", "email", "slack"), ("", *deliveries.STATES)
    asked = list(product(*named, (None, 1, 2), ("", whose.subscription.uid)))
    chance = random.Random(11)
    for thread, channel, state, number, subscription in chance.sample(asked, 150):
        choice = Choice(thread=thread, channel=channel, state=state, number=number,
                        subscription=subscription)  # fmt: skip
        states = deliveries._GROUPS.get(state, (state,))  # the groups by name
        fits = [
            row.pk for row in log
            if thread in ("", row.thread.uid) and channel in ("", row.channel)
            and (not state or row.state in states) and number in (None, row.telling.number)
            and subscription in ("", row.subscription.uid)
        ]  # fmt: skip
        assert read_through(choice, 7) == fits, choice
        assert [one.id for one in deliveries.everything(choice, at=clock.now())] == fits


def test_where_a_story_stands_in_the_log_is_written_with_its_messages(log):
    for row in log:
        mine = Stretch.objects.filter(telling=row.telling_id)
        assert any(one.first <= row.pk <= one.last for one in mine)


def test_parts_of_the_log_that_lie_near_each_other_are_read_as_one():
    many = [Span(10 * n, 10 * n + 1) for n in range(100)] + [Span(5_000, 5_100), Span(2_000, 2_001)]
    found = joined(many, most=3)
    assert found == [Span(5_000, 5_100), Span(2_000, 2_001), Span(0, 991)]
    assert joined([Span(1, 5), Span(6, 9), Span(3, 4)]) == [Span(1, 9)]
    assert joined([]) == []


LISTS = ("subscribers", "deliveries", "suppressions", "")
NAUGHTY = ("\x00", "'; DROP TABLE notify_delivery; --", "%", "_", "﷽" * 50, "\ud83d\ude00", "-1",
           "0", "9" * 400, "a\r\nb", "${7*7}", "<script>", "١٢", "\u202e", "[1]")  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("naughty", NAUGHTY)
def test_whatever_is_asked_is_answered(path, naughty, signed_in, ben):
    desk = signed_in(ben)
    reader()
    names = ("address", "channel", "state", "language", "part", "thread", "subscription", "number",
             "after", "search", "purpose")  # fmt: skip
    base = f"/desk/messages/{path}{'/' if path else ''}"
    for name in names:
        answer = desk.get(base, {name: naughty.encode("utf-8", "surrogatepass")}, follow=True)
        assert answer.status_code == (400 if naughty == "\x00" else 200), name
        assert b"<script>alert" not in answer.content


CURSORS = [(1.5,), (None,), ("x",), (True,), (-3,), (2**70,), (1, 2), ("2026-01-01", 1),
           ("2026-01-01T00:00:00+00:00", "x"), (2**70, 2**70)]  # fmt: skip


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_is_none_of_ours_begins_anew_or_ends(path, cursor, signed_in, ben):
    reader()
    base = f"/desk/messages/{path}{'/' if path else ''}"
    answer = signed_in(ben).get(base, {"after": written(cursor)}, follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["stories/{}/", "subscribers/{}/", "deliveries/file/?thread={}",
                                  "stories/{}/said/", "written/{}/preview/"])  # fmt: skip
@pytest.mark.parametrize("uid", ["%00", "x" * 500, "sub_%F0%9F%98%80", "..%2f..", "-1"])
def test_a_name_of_nothing_is_not_found(path, uid, signed_in, ben):
    answer = signed_in(ben).get(f"/desk/messages/{path.format(uid)}")
    expected = 200 if "?" in path else 404
    assert answer.status_code == (400 if uid == "%00" else expected)


def test_a_route_of_ours_is_no_reader(signed_in, ben):
    row = reader(is_ours=True, note="Pager")
    desk = signed_in(ben)
    assert desk.get(f"/desk/messages/subscribers/{row.uid}/").status_code == 404
    assert row.contact.shown not in desk.get("/desk/messages/subscribers/").content.decode()
    assert listing.count(Sieve()).number == 0


def test_the_language_of_a_reader_follows_what_they_ask_for():
    from dataclasses import replace

    from troth.notify.actions.subscribing import Source, change
    from troth.notify.queries.readers import wish_of

    row, other = reader(), reader(page="inside")
    wish = replace(wish_of(row), language="de")
    change(subscription=row, wish=wish, source=Source(how="form", proof={}), now=clock.now())
    assert set(Subscription.objects.values_list("language", flat=True)) == {"de"}
    assert {one.pk for one in listing.part(Sieve(language="de"), before=None, limit=9).rows} == {
        row.pk, other.pk,
    }  # fmt: skip


def test_a_route_that_moves_to_another_channel_is_of_that_channel(ben):
    from troth.notify.actions.routing import route

    kept = {"name": "Pager", "events": 1, "author": ben, "now": clock.now(), "uid": "route-pager"}
    row = route(channel="email", address="ops@example.org", **kept)
    assert row.channel == "email"
    route(channel="webhook", address="https://ops.example.org/", **kept)
    row.refresh_from_db()
    assert row.channel == "webhook"
