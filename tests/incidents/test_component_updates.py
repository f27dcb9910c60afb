"""A component that is not as it was: told to who wants it, by an incident, a probe or a word."""

import json
from datetime import timedelta

import pytest
from scene import HOUR, NOON, Status, component, opened, resolved

from tests.notify.outbox import deliver, mailing, program, reader
from troth.components import actions as components
from troth.components import jobs
from troth.components.models import Component, Told
from troth.components.rules.documents import AudienceTerms, PageTerms
from troth.core import clock
from troth.notify.contents import story_of
from troth.notify.models import Delivery, Telling
from troth.notify.rules import families

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = families.bits(["components"])


@pytest.fixture
def hook():
    with program() as made, mailing(1):
        yield made


def told(hook):
    return [json.loads(body) for _, body in hook.taken]


def tell(at=None):
    """Let the worker look, and send what follows."""
    with clock.frozen(at or clock.now()):
        found = jobs.tell(now=clock.now())
        deliver()
    return found


def stories():
    rows = Telling.objects.filter(event="component.updated").order_by("pk")
    return [story_of(row.content) for row in rows]


@pytest.mark.mission("S3.20")
def test_a_program_gets_statuspage_s_component_update_when_an_incident_begins_and_ends(hook):
    reader(hook.url, channel="webhook", events=WANTED)
    shop = component("shop")
    assert tell(NOON) == 0  # what stands when telling begins is no news
    with clock.frozen(NOON):
        row = opened(impacts={shop: Status.MAJOR})
    assert (tell(NOON), tell(NOON)) == (1, 0)
    [first] = told(hook)
    assert first["type"] == "component.updated"
    assert first["component_update"] == {
        "created_at": "2026-03-18T12:00:00.000Z", "new_status": "major_outage",
        "old_status": "operational", "id": first["data"]["revision"], "component_id": shop,
    }  # fmt: skip
    assert (first["component"]["id"], first["component"]["status"]) == (shop, "major_outage")
    assert first["page"]["status_indicator"] == "critical"
    assert "incident" not in first
    with clock.frozen(NOON + HOUR):
        resolved(row.uid, now=NOON + HOUR)
    assert tell(NOON + HOUR) == 1
    last = told(hook)[-1]["component_update"]
    assert (last["old_status"], last["new_status"]) == ("major_outage", "operational")
    assert len({one.about for one in stories()}) == 1  # one thread, from down to up
    assert Told.objects.get().episode == ""


def test_a_word_that_ends_by_itself_is_told_at_its_end(hook):
    reader(hook.url, channel="webhook", events=WANTED)
    shop = component("shop")
    tell(NOON)
    components.say(component=shop, status=Status.DEGRADED, by="Ada", now=NOON, until=NOON + HOUR)
    tell(NOON)
    later = NOON + HOUR + timedelta(seconds=1)
    jobs.turn_over(now=later)
    tell(later)
    seen = [one["component_update"]["new_status"] for one in told(hook)]
    assert seen == ["degraded_performance", "operational"]


def test_who_did_not_ask_for_it_or_follows_another_part_hears_nothing(hook):
    reader(hook.url, channel="webhook", events=families.bits(["incidents"]))
    other = component("portal")
    shop = component("shop")
    some = reader("ada@example.org", events=WANTED, has_parts=True)
    some.parts.create(key=f"component:{other}")
    tell(NOON)
    components.say(component=shop, status=Status.MAJOR, by="Ada", now=NOON)
    tell(NOON)
    assert len(stories()) == 1
    assert not Delivery.objects.exists()


def test_a_part_for_partners_is_told_to_them_alone(hook):
    terms = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=terms, by="Ada", now=NOON)
    hidden = component("wholesale", audiences=("partners",))
    page = PageTerms(slug="partner", name="For partners", audiences=("partners",))
    components.declare_page(terms=page, by="Ada", now=NOON)
    reader(hook.url, channel="webhook", events=WANTED)
    theirs = reader(f"{hook.url}/theirs", channel="webhook", events=WANTED, page="partner",
                    audience="partners")  # fmt: skip
    tell(NOON)
    components.say(component=hidden, status=Status.MAJOR, by="Ada", now=NOON)
    tell(NOON)
    assert list(Delivery.objects.values_list("subscription", flat=True)) == [theirs.pk]
    assert told(hook)[0]["data"]["link"].endswith("/p/partner/components/wholesale/")


def test_without_data_nothing_is_told_and_a_retired_part_is_forgotten(hook):
    shop = component("shop")
    tell(NOON)
    components.say(component=shop, status=Status.NO_DATA, by="Ada", now=NOON)
    assert tell(NOON) == 0
    components.say(component=shop, status=Status.MAJOR, by="Ada", now=NOON)
    components.retire_component(slug="shop", by="Ada", now=NOON)
    assert tell(NOON) == 0
    assert Component.objects.get(uid=shop).retired_at


def test_it_is_said_in_the_reader_s_language(hook):
    shop = component("shop")
    tell(NOON)
    components.say(component=shop, status=Status.MAJOR, by="Ada", now=NOON)
    tell(NOON)
    [story] = stories()
    assert (story.title, story.what) == ("Shop: down", "It was “works” before.")
    assert story.translations["de"]["title"] == "Shop: ausgefallen"
    assert story.translations["de"]["what"] == "Vorher war es „läuft“."


def test_two_workers_that_look_at_once_tell_it_once(hook):
    shop = component("shop")
    tell(NOON)
    components.say(component=shop, status=Status.MAJOR, by="Ada", now=NOON)
    assert jobs.is_untold(now=NOON)
    assert [jobs.tell(now=NOON), jobs.tell(now=NOON)] == [1, 0]
    assert not jobs.is_untold(now=NOON)
    assert len(stories()) == 1
