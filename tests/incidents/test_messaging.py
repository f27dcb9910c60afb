"""What becomes public is told: one story, its events, its corrections, and nobody told too much."""

import pytest
from scene import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Status,
    component,
    message,
    opened,
    opening,
    resolved,
)

from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms, PageTerms
from troth.components.rules.words import WORDS
from troth.incidents import actions
from troth.incidents.actions import Message
from troth.incidents.actions.asked import History
from troth.incidents.models import Incident
from troth.incidents.queries import incident
from troth.incidents.rules import tongues
from troth.incidents.rules.macro import STATE_WORDS
from troth.incidents.rules.results import State
from troth.notify.channel import Shape
from troth.notify.models import Telling
from troth.notify.queries import last_told
from troth.notify.rules.events import Severity
from troth.notify.rules.story import encoded, in_language
from troth.notify.wording import words_of
from troth.staff.models import ApiToken

pytestmark = pytest.mark.django_db


def told(row):
    rows = Telling.objects.filter(thread__about=f"incident:{row.uid}").order_by("number")
    return [one.event for one in rows]


def newest(row):
    return last_told(f"incident:{row.uid}")


@pytest.mark.mission("S2.16")
def test_every_event_of_an_incident_is_told_once_with_the_pages_revision():
    shop = component("shop")
    row = opened(impacts={shop: Status.MAJOR})
    actions.update(uid=row.uid, message=message("We found it."), by="Ada", now=NOON + HOUR)
    resolved(row.uid, now=NOON + 2 * HOUR)
    assert told(row) == ["incident.opened", "incident.updated", "incident.resolved"]
    story = newest(row)
    assert story.revision == story.data["revision"] == incident(row.uid).revision


def test_a_draft_is_told_to_nobody_until_it_is_published():
    row = actions.draft(opening=opening(), by="Ada", now=NOON)
    assert told(row) == []
    actions.publish(uid=row.uid, by="Ada", now=NOON + MINUTE)
    assert told(row) == ["incident.opened"]


def test_what_its_writer_sends_to_nobody_stays_so():
    row = opened()
    quiet = Message(body="A word for the page alone.", notify=False)
    actions.update(uid=row.uid, message=quiet, by="Ada", now=NOON + HOUR)
    assert told(row) == ["incident.opened"]


def test_an_edit_is_a_correction_of_what_was_told():
    row = opened()
    [update] = incident(row.uid).updates
    actions.edit_update(
        update_uid=update.uid, body="We look into card payments.", by="Ada", now=NOON + MINUTE
    )
    story = newest(row)
    assert told(row) == ["incident.opened", "incident.opened"]
    assert story.is_correction
    assert story.body == "We look into card payments."


def test_a_proposal_says_nothing_to_anybody():
    row = opened()
    actions.update(
        uid=row.uid, message=message("Not yet."), by="Ada", now=NOON + HOUR, propose=True
    )
    assert told(row) == ["incident.opened"]


def test_the_story_says_what_people_need():
    shop = component("shop")
    story = newest(opened(impacts={shop: Status.MAJOR}))
    assert (story.what, story.affects, story.advice) == (
        "Orders fail with an error 500.",
        "Everyone who pays by card.",
        "Pay by invoice.",
    )
    assert story.since == NOON
    assert story.next_at is not None
    assert story.severity >= Severity.MAJOR
    assert [(part.key, part.name, part.state) for part in story.parts] == [
        (f"component:{shop}", "Shop", "down")
    ]


def test_our_own_words_are_said_in_the_readers_language_and_a_persons_stay():
    shop = component("shop")
    story = newest(opened(impacts={shop: Status.MAJOR}))
    german = in_language(story, "de-AT")
    assert german.state == "Wir untersuchen es"
    assert [part.state for part in german.parts] == ["ausgefallen"]
    assert german.what == story.what


def test_every_word_of_ours_is_known_in_german():
    words = [*STATE_WORDS.values(), *WORDS.values()]
    assert set(tongues.said("It is resolved", words)["de"]) >= set(words)


def test_at_the_end_nothing_is_urgent_and_no_workaround_stays():
    row = opened()
    resolved(row.uid, now=NOON + HOUR)
    story = newest(row)
    assert (story.is_urgent, story.advice, story.next_at) == (False, "", None)
    assert ("Recovery", "Everything works.") in story.facts


@pytest.mark.mission("S3.14")
def test_what_only_partners_see_is_for_partners_alone():
    terms = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=terms, by="Ada", now=NOON - DAY)
    hidden = component("api", audiences=("partners",))
    story = newest(opened(impacts={hidden: Status.MAJOR}))
    assert story.audiences == ("partners",)
    assert "" not in story.pages


def test_a_part_that_not_all_may_see_is_matched_and_never_named():
    terms = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=terms, by="Ada", now=NOON - DAY)
    shop, portal = component("shop"), component("portal", audiences=("partners",))
    row = opened(impacts={shop: Status.MAJOR, portal: Status.MAJOR})
    story = newest(row)
    assert story.audiences == ()
    assert {part.key for part in story.parts} == {f"component:{shop}", f"component:{portal}"}
    assert "Portal" not in str(encoded(story))
    assert [one["name"] for one in story.data["components"]] == ["Shop"]
    assert words_of(story, shape=Shape.MAIL, language="en").text.count("down") == 1


def test_history_is_no_news():
    history = History(
        name="Long ago",
        started_at=NOON - 400 * DAY,
        ended_at=NOON - 399 * DAY,
        messages=(Message(body="It was.", at=NOON - 400 * DAY, state=State.RESOLVED),),
    )
    row, _ = actions.record(history=history, by="Ada", now=NOON)
    assert told(row) == []


def test_an_update_that_fails_half_way_leaves_no_story():
    row = opened()
    with pytest.raises(actions.NotReady):
        resolved(row.uid, now=NOON + HOUR, body="")
    assert told(row) == ["incident.opened"]
    assert Incident.objects.get(uid=row.uid).resolved_at is None


@pytest.mark.mission("S3.21")
def test_nobody_approves_alone_what_their_own_program_wrote(ada, ben):
    token = ApiToken.objects.create(
        name="deploys", prefix="deploys", digest="-", made_by=ada, made_at=NOON,
        expires_at=NOON + 90 * DAY,
    )  # fmt: skip
    row = actions.draft(opening=opening(two_person=True), by=token, now=NOON)
    with pytest.raises(actions.NeedsSecond):
        actions.publish(uid=row.uid, by=ada, now=NOON + MINUTE)
    actions.publish(uid=row.uid, by=ben, now=NOON + MINUTE)


@pytest.mark.parametrize(("privacy", "place"), [("public", "p"), ("login", "private")])
def test_what_one_page_alone_has_is_linked_there_and_what_several_have_is_not(privacy, place):
    for name in ("partners", "others"):
        terms = AudienceTerms(slug=name, name=name.title())
        components.declare_audience(terms=terms, by="Ada", now=NOON - DAY)
    hidden = component("portal", audiences=("partners", "others"))
    page = PageTerms(slug="one", name="One", audiences=("partners",), privacy=privacy)
    components.declare_page(terms=page, by="Ada", now=NOON - DAY)
    row = opened(impacts={hidden: Status.MAJOR})
    assert newest(row).link.endswith(f"/{place}/one/incidents/{row.uid}/")
    second = PageTerms(slug="two", name="Two", audiences=("others",), privacy=privacy)
    components.declare_page(terms=second, by="Ada", now=NOON - DAY)
    again = opened(impacts={hidden: Status.MAJOR}, name="Again")
    assert "/one/" not in str(encoded(newest(again)))
    assert "/two/" not in newest(again).link
    shown = opened(impacts={component("shop"): Status.MAJOR}, name="For all")
    assert newest(shown).link.endswith(f"/incidents/{shown.uid}/")
    assert f"/{place}/" not in newest(shown).link
