"""What things of messages are called on the desk: names that people would say. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from troth.notify.rules import labels
from troth.notify.rules.events import Event
from troth.notify.rules.results import Fate

_EVENTS: Final[Mapping[Event, str]] = {
    Event.INCIDENT_OPENED: "Incident opened",
    Event.INCIDENT_UPDATED: "Incident updated",
    Event.INCIDENT_RESOLVED: "Incident resolved",
    Event.INCIDENT_POSTMORTEM: "Post-mortem",
    Event.MAINTENANCE_ANNOUNCED: "Maintenance announced",
    Event.MAINTENANCE_UPDATED: "Maintenance changed",
    Event.MAINTENANCE_REMINDER: "Maintenance is near",
    Event.MAINTENANCE_STARTED: "Maintenance began",
    Event.MAINTENANCE_COMPLETED: "Maintenance done",
    Event.PROMISE_BROKEN: "Promise broken",
    Event.PROMISE_KEPT: "Promise kept again",
    Event.PROMISE_CHANGED: "Promise changed",
    Event.BREACH_NOTICE: "Breach notice",
    Event.IDEA_SHIPPED: "An idea that is done",
    Event.CERTIFICATE_RENEWED: "Certificate renewed",
    Event.CERTIFICATE_EXPIRING: "Certificate ends soon",
    Event.DIGEST_WEEKLY: "The week",
    Event.ALERT_RAISED: "Alarm for our own people",
    Event.ALERT_CLEARED: "Alarm over",
    Event.ALERT_TAKEN: "Alarm taken",
    Event.TEST: "Test",
    Event.SUBSCRIPTION_CONFIRM: "Question whether to subscribe",
    Event.REPORT_ANSWERED: "Answer to one person",
    Event.INSIGHT_REPORTED: "A report of the desk is made",
    Event.COMPONENT_UPDATED: "State of a component",
}
_STATES: Final[Mapping[str, str]] = {
    "queued": "waiting", "claimed": "being sent", "leaving": "on its way", "accepted": "accepted",
    "overtaken": "overtaken by a newer one", "joined": "told within another message",
    "withheld": "withheld", "refused": "refused", "given up": "given up", "unknown": "unknown",
    "failed": "did not arrive", "waiting": "not sent yet",
    "later": "waiting as their readers wish",
}  # fmt: skip
_PLACES: Final[Mapping[str, str]] = {
    "page": "The page", "feed": "Feeds", "api": "The API", "banner": "The banner",
}  # fmt: skip
_FATES: Final[Mapping[str, str]] = {
    "accepted": "taken", "later": "not now", "refused": "refused", "gone": "nobody is there",
    "unknown": "no answer came",
}  # fmt: skip


_ANSWERS: Final = {
    Fate.ACCEPTED: "It was taken.",
    Fate.LATER: "Not now: a real message would be tried again.",
    Fate.REFUSED: "It was refused: a real message would not be tried again.",
    Fate.GONE: "Nobody is there any more: a real message would end the subscription.",
    Fate.UNKNOWN: "It left, and no answer came: look whether it arrived.",
}


def answer(one: Fate) -> str:
    """Return what came of a test, in a sentence."""
    return _ANSWERS[one]


def event(one: Event | str) -> str:
    known = Event(one)
    return _EVENTS.get(known) or labels.of_event(known, "en")


def state(one: str) -> str:
    """Return how a message stands, in a word or a few."""
    return _STATES.get(str(one), str(one))


def fate(one: str) -> str:
    """Return what came of one try."""
    return _FATES.get(str(one), str(one))


def place(one: str) -> str:
    """Return what a place that is read is called."""
    return _PLACES.get(one, one)


_SCREENS: Final[Mapping[str, str]] = {
    "incident": "/desk/status/incidents/{}/", "promise": "/desk/promises/{}/",
    "contract": "/desk/promises/{}/",
    "insight": "/desk/insight/reports/{}/",
    "story": "/desk/messages/written/{}/preview/", "report": "/desk/feedback/{}/",
}  # fmt: skip


def desk_url(about: str) -> str:
    """Return where the thing that a story is about stands on the desk; "" where nowhere."""
    kind, _, rest = about.removeprefix("alert:").partition(":")
    name = rest.partition(":")[0]
    return _SCREENS[kind].format(name) if kind in _SCREENS and name else ""


def let_in_by(grant: Mapping[str, object]) -> str:
    """Return in words what opened a private page to a reader."""
    by, until = grant.get("by"), grant.get("until")
    if by == "link" and isinstance(until, int):
        return f"a link, good until {datetime.fromtimestamp(until, UTC):%d %b %Y %H:%M} UTC"
    return f"the network {grant['network']}" if by == "network" else f"account {grant['person']}"
