"""Receivers of Statuspage's webhooks find what they know at the top of ours."""

import json

import pytest
from scene import HOUR, NOON, Status, component, message, opened, resolved
from standardwebhooks import Webhook

from tests.incidents.shape import COMPONENT, INCIDENT, META, PAGE, UPDATE
from tests.notify.outbox import deliver, mailing, program, reader
from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms
from troth.core import clock
from troth.core.ids import page_id
from troth.incidents import actions
from troth.notify import webhook_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hook():
    with program() as made, mailing(1):
        yield made


def posted(hook):
    """Return the newest message, its signature checked."""
    headers, body = hook.taken[-1]
    return json.loads(body), headers, body


def line(told):
    """Say it in a line, reading what widespread receivers of Statuspage's webhooks read."""
    if "incident" in told:
        one = told["incident"]
        return (
            f"{one['name']}: {told['page']['status_description']}; {one['status']}; "
            f"{one['incident_updates'][0]['body']}"
        )
    return f"{told['component']['name']} is {told['component_update']['new_status']}"


@pytest.mark.mission("S3.20")
def test_a_receiver_of_statuspage_s_webhooks_reads_ours(hook, settings):
    reader(hook.url, channel="webhook")
    shop, _other = component("shop"), component("portal")
    with clock.frozen(NOON):
        row = opened(impacts={shop: Status.MAJOR})
        deliver()
        told, headers, _ = posted(hook)
    assert line(told) == (
        "Payments fail: Partial System Outage; investigating; We are looking into it."
    )
    assert told["incident"].keys() >= INCIDENT
    assert told["incident"]["incident_updates"][0].keys() >= UPDATE
    assert told["incident"]["components"][0].keys() >= COMPONENT
    assert told["meta"].keys() == META
    assert told["page"].keys() == PAGE
    assert told["page"]["id"] == page_id(settings.TROTH.base_url)
    assert told["page"]["status_indicator"] == "major"
    assert told["meta"]["unsubscribe"] == told["links"]["unsubscribe"]
    assert told["incident"]["shortlink"] == told["data"]["link"]
    [changed] = told["incident"]["incident_updates"][0]["affected_components"]
    assert changed == {
        "code": shop, "name": "Shop", "old_status": "operational", "new_status": "major_outage",
    }  # fmt: skip
    assert (told["type"], told["data"]["id"]) == ("incident.opened", row.uid)
    assert headers["webhook-id"].startswith("msg_")


def test_the_end_says_how_everything_stands_then(hook):
    reader(hook.url, channel="webhook")
    shop, _other = component("shop"), component("portal")
    with clock.frozen(NOON):
        row = opened(impacts={shop: Status.MAJOR})
        deliver()
    with clock.frozen(NOON + HOUR):
        actions.update(uid=row.uid, message=message("We found it."), by="Ada", now=NOON + HOUR)
        resolved(row.uid, now=NOON + HOUR)
        deliver()
    told, _, _ = posted(hook)
    assert line(told) == "Payments fail: All Systems Operational; resolved; It works again."
    assert [one["status"] for one in told["incident"]["incident_updates"]] == [
        "resolved", "investigating", "investigating",
    ]  # fmt: skip
    assert told["incident"]["resolved_at"] == "2026-03-18T13:00:00.000Z"


def test_it_is_signed_as_the_standard_s_own_library_verifies(hook):
    made = reader(hook.url, channel="webhook")
    opened(impacts={component("shop"): Status.MAJOR}, now=clock.now())
    deliver()
    _, headers, body = posted(hook)
    [key] = webhook_keys.keys(made.uid, made.sealed, now=clock.now())
    assert Webhook(key).verify(body, headers)["incident"]["name"] == "Payments fail"


def test_a_component_that_not_everybody_may_see_is_named_nowhere(hook):
    terms = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=terms, by="Ada", now=NOON - HOUR)
    reader(hook.url, channel="webhook")
    shop, portal = component("shop"), component("portal", audiences=("partners",))
    with clock.frozen(NOON):
        opened(impacts={shop: Status.MAJOR, portal: Status.PARTIAL})
        deliver()
    told, _, body = posted(hook)
    assert [one["name"] for one in told["incident"]["components"]] == ["Shop"]
    assert b"Portal" not in body
    assert portal.encode() not in body
    assert told["page"]["status_description"] == "Major System Outage"  # of what all may see


def test_what_is_no_incident_has_nothing_of_an_incident(hook):
    from tests.notify.outbox import story
    from troth.notify.actions.telling import tell

    reader(hook.url, channel="webhook")
    tell(story=story(1), by="Ada", now=clock.now())
    deliver()
    told, _, _ = posted(hook)
    assert told.keys() == {"type", "timestamp", "data", "links", "meta"}
