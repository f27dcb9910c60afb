"""The words for how a component or an incident is, in the language now active."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from troth.components.drawing import SHAPES
from troth.components.rules.results import Shown, Status
from troth.incidents.rules.results import Impact, State

_STATUS: dict[Status, Lazy] = {
    Status.OPERATIONAL: pgettext_lazy("a service", "works"),
    Status.DEGRADED: pgettext_lazy("a service", "slow or limited"),
    Status.PARTIAL: pgettext_lazy("a service", "partly down"),
    Status.MAJOR: pgettext_lazy("a service", "down"),
    Status.MAINTENANCE: pgettext_lazy("a service", "under maintenance"),
    Status.NO_DATA: pgettext_lazy("a service", "no data"),
}
_STATE: dict[State, Lazy] = {
    State.INVESTIGATING: pgettext_lazy("an incident", "investigating"),
    State.IDENTIFIED: pgettext_lazy("an incident", "cause found"),
    State.MONITORING: pgettext_lazy("an incident", "mended, watching"),
    State.RESOLVED: pgettext_lazy("an incident", "resolved"),
    State.POSTMORTEM: pgettext_lazy("an incident", "post-mortem"),
    State.SCHEDULED: pgettext_lazy("maintenance", "scheduled"),
    State.IN_PROGRESS: pgettext_lazy("maintenance", "in progress"),
    State.VERIFYING: pgettext_lazy("maintenance", "being verified"),
    State.COMPLETED: pgettext_lazy("maintenance", "completed"),
}
_IMPACT: dict[Impact, Lazy] = {
    Impact.NONE: pgettext_lazy("impact", "none"),
    Impact.MINOR: pgettext_lazy("impact", "minor"),
    Impact.MAJOR: pgettext_lazy("impact", "major"),
    Impact.CRITICAL: pgettext_lazy("impact", "critical"),
    Impact.MAINTENANCE: pgettext_lazy("impact", "maintenance"),
}


def status(value: Status) -> str:
    return str(_STATUS[value])


def shape(value: Status) -> str:
    """Return the class that draws a status: `is-kept` and its sisters."""
    return SHAPES[value]


def state(value: State) -> str:
    return str(_STATE[value])


def impact(value: Impact) -> str:
    return str(_IMPACT[value])


def unseen(one: Shown) -> str:
    """Return what is to be said of a component without data, else nothing."""
    if one.status is not Status.NO_DATA:
        return ""
    if one.last_known in (None, Status.NO_DATA):
        return _("Nothing has reported on this yet. We do not know whether it works.")
    return _("Nothing reports on this now. It was last known as: %(status)s.") % {
        "status": status(one.last_known)
    }
