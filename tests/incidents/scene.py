"""A small company with two components, and incidents told as a person would tell them."""

from datetime import UTC, datetime, timedelta

from troth.components import actions as components
from troth.components.rules.documents import ComponentTerms
from troth.components.rules.results import Status
from troth.incidents import actions
from troth.incidents.actions import Message, Opening

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def component(slug="shop", *, now=NOON - 30 * DAY, **terms):
    """Declare a component and return its uid."""
    said = ComponentTerms(slug=slug, name=slug.title(), **terms)
    return components.declare_component(terms=said, by="Ada", now=now).uid


def facts(**more):
    return {
        "problem": "Orders fail with an error 500.",
        "affects": "Everyone who pays by card.",
        "workaround": "Pay by invoice.",
        **more,
    }


def message(body="We are looking into it.", **more):
    return Message(body=body, **facts(**more))


def opening(name="Payments fail", *, impacts=None, **more):
    said = message(impacts=impacts or {})
    return Opening(**{"name": name, "message": said, **more})


def opened(*, impacts=None, now=NOON, by="Ada", **more):
    """Open and publish an incident."""
    return actions.open_(opening=opening(impacts=impacts, **more), by=by, now=now, publish=True)


def final(body="It works again.", **more):
    return Message(body=body, recovery="Everything works.", data_loss="No effect lingers.", **more)


def resolved(uid, *, now, by="Ada", **more):
    return actions.resolve(uid=uid, message=final(**more), by=by, now=now)


__all__ = ["DAY", "HOUR", "MINUTE", "NOON", "Status"]
