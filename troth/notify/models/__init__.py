"""Outlets, subscriptions, what was told, and the outbox."""

from troth.notify.models.composing import Draft, Edit
from troth.notify.models.counted import Census, Reckoning, Stretch
from troth.notify.models.duty import Alarm, Escalation
from troth.notify.models.outbox import Attempt, Courier, Delivery, State
from troth.notify.models.outlet import Outlet
from troth.notify.models.readers import Bounce, Knock, SubscribedPart, Subscription, Suppression
from troth.notify.models.told import Carried, Telling, Thread, Wording

__all__ = [
    "Alarm",
    "Attempt",
    "Bounce",
    "Carried",
    "Census",
    "Courier",
    "Delivery",
    "Draft",
    "Edit",
    "Escalation",
    "Knock",
    "Outlet",
    "Reckoning",
    "State",
    "Stretch",
    "SubscribedPart",
    "Subscription",
    "Suppression",
    "Telling",
    "Thread",
    "Wording",
]
