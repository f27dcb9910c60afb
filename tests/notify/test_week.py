"""The week as one story, on Monday morning: what everybody was told, once."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.notify.outbox import reader, spread, story, with_values
from troth.notify import jobs, topics
from troth.notify.actions.telling import tell
from troth.notify.contents import story_of
from troth.notify.models import Delivery, Telling
from troth.notify.rules import week as rules
from troth.notify.rules.events import Event
from troth.notify.rules.story import in_language

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S4.20")]
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # six o'clock in Berlin
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def berlin(settings):
    settings.TROTH = with_values(settings.TROTH, time_zone="Europe/Berlin", languages=("en", "de"))


def week():
    row = Telling.objects.filter(event="digest.weekly").order_by("-pk").first()
    return story_of(row.content) if row else None


def told(number, about, *, at=MONDAY - DAY, **more):
    tell(story=story(number, about=about, **more), by="Ada", now=at)


def test_the_week_names_what_everybody_was_told_and_nothing_else():
    told(1, "incident:a", at=MONDAY - 3 * DAY)
    told(2, "incident:a", at=MONDAY - 2 * DAY, translations={"de": {"title": "Zahlungen (2)"}})
    told(3, "contract:b", audiences=("acme",), title="A secret of Acme")
    told(4, "incident:c", pages=("other",), title="Of another page")
    told(5, "incident:d", pages=("", "other"), title="Of the main page")
    told(6, "incident:e", at=MONDAY - 9 * DAY, title="Of the week before")
    told(7, "alert:x", event=Event.ALERT_RAISED, title="Of our own")
    assert [jobs.tell_week(now=MONDAY), jobs.tell_week(now=MONDAY + HOUR)] == [1, 0]
    found = week()
    assert found.title == "The week from 16 Nov 2026 to 22 Nov 2026: 2 pieces of news"
    assert found.body.count("\n- ") == 1
    assert "Payments fail (2)" in found.body
    assert "Of the main page" in found.body
    assert "Payments fail (1)" not in found.body
    german = in_language(found, "de-AT")
    assert german.title == "Die Woche vom 16.11.2026 bis 22.11.2026: 2 Nachrichten"
    assert "Zahlungen (2)" in german.body
    for secret in ("Acme", "another page", "week before", "our own"):
        assert secret not in str(found)


@pytest.mark.parametrize("at", [MONDAY - HOUR, MONDAY + DAY, MONDAY - DAY])
def test_it_is_told_on_monday_morning_alone(at):
    told(1, "incident:a", at=MONDAY - 3 * DAY)
    assert jobs.tell_week(now=at) == 0


def test_a_week_without_news_is_not_told():
    assert jobs.tell_week(now=MONDAY) == 0


def test_who_asked_for_it_gets_it_with_their_digest_and_nobody_else():
    bit = Event.DIGEST_WEEKLY.bit
    reader(
        "week@example.org", events=bit, pace="weekly", zone="Europe/Berlin", consents=("digest",)
    )
    reader("parts@example.org", events=bit, has_parts=True, consents=("digest",))
    reader("other@example.org", events=Event.INCIDENT_OPENED.bit)
    told(1, "incident:a")
    Delivery.objects.all().delete()
    Telling.objects.update(spread_at=MONDAY)
    jobs.tell_week(now=MONDAY)
    spread()
    [message] = Delivery.objects.all()
    assert message.reader.shown.startswith("w")
    assert message.due_at == MONDAY.replace(hour=7)  # eight o'clock on the same day


def test_the_public_form_offers_what_can_be_told():
    assert {"ideas", "certificates", "digest"} <= set(topics.families())


def test_weeks_are_those_of_the_calendar():
    from zoneinfo import ZoneInfo

    found = rules.to_tell(datetime(2027, 1, 4, 6, tzinfo=UTC), ZoneInfo("UTC"))
    assert (found.about, found.until - found.since) == ("digest:2026-W53", 7 * DAY)
