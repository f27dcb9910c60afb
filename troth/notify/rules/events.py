"""What can be told, and for which purpose. Pure."""

from enum import IntEnum, StrEnum
from typing import Final


class Purpose(StrEnum):
    """What people say yes or no to."""

    STATUS = "status"
    PROMISES = "promises"
    BREACH = "breach"
    IDEAS = "ideas"
    PROOF = "proof"
    DIGEST = "digest"
    OPERATIONS = "operations"  # our own people: what rings for them is no question of consent


class Event(StrEnum):
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_UPDATED = "incident.updated"
    INCIDENT_RESOLVED = "incident.resolved"
    INCIDENT_POSTMORTEM = "incident.postmortem"
    MAINTENANCE_ANNOUNCED = "maintenance.announced"
    MAINTENANCE_UPDATED = "maintenance.updated"
    MAINTENANCE_REMINDER = "maintenance.reminder"
    MAINTENANCE_STARTED = "maintenance.started"
    MAINTENANCE_COMPLETED = "maintenance.completed"
    PROMISE_BROKEN = "promise.broken"
    PROMISE_KEPT = "promise.kept"
    PROMISE_CHANGED = "promise.changed"
    BREACH_NOTICE = "breach.notice"
    IDEA_SHIPPED = "idea.shipped"
    CERTIFICATE_RENEWED = "certificate.renewed"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    DIGEST_WEEKLY = "digest.weekly"
    ALERT_RAISED = "alert.raised"
    ALERT_CLEARED = "alert.cleared"
    TEST = "test"
    ALERT_TAKEN = "alert.taken"
    SUBSCRIPTION_CONFIRM = "subscription.confirm"  # “was it you?”: goes to who never said yes
    REPORT_ANSWERED = "report.answered"  # to who asked us something, and to nobody else
    SUBSCRIPTION_FAILING = "subscription.failing"  # to the owner of an endpoint in quarantine
    INSIGHT_REPORTED = "insight.reported"  # a report of the desk is made: to our own people
    COMPONENT_UPDATED = "component.updated"  # one component is not as it was

    @property
    def bit(self) -> int:
        """Return the event's place in a subscription's mask. Never change the order above."""
        return _BITS[self]

    @property
    def purpose(self) -> Purpose:
        return _PURPOSES[self.value.partition(".")[0]]


_BITS: Final = {event: 1 << place for place, event in enumerate(Event)}
_PURPOSES: Final = {
    "incident": Purpose.STATUS,
    "component": Purpose.STATUS,
    "maintenance": Purpose.STATUS,
    "promise": Purpose.PROMISES,
    "breach": Purpose.BREACH,
    "idea": Purpose.IDEAS,
    "certificate": Purpose.PROOF,
    "digest": Purpose.DIGEST,
    "alert": Purpose.OPERATIONS,
    "test": Purpose.OPERATIONS,
    "subscription": Purpose.OPERATIONS,
    "report": Purpose.OPERATIONS,
    "insight": Purpose.OPERATIONS,
}
# Written to one address that asked us: there is no subscription to change or end by it.
TO_ONE: Final = frozenset(
    {Event.SUBSCRIPTION_CONFIRM, Event.REPORT_ANSWERED, Event.SUBSCRIPTION_FAILING}
)
EVERY_EVENT: Final = (1 << len(Event)) - 1


class Severity(IntEnum):
    NONE = 0
    MINOR = 1
    MAJOR = 2
    CRITICAL = 3


def mask(events: list[Event]) -> int:
    """Return the mask of some events."""
    return sum(event.bit for event in set(events))


def events_of(bits: int) -> list[Event]:
    return [event for event in Event if bits & event.bit]
