"""Our own people are rung: a draft waits, an update is late, a clock runs out."""

from datetime import datetime
from typing import Final

from django.conf import settings

from troth.components.queries.labels import labels
from troth.components.rules.results import Status
from troth.components.rules.words import WORDS
from troth.incidents.models import Incident, Overdue
from troth.incidents.queries.troubles import Trouble
from troth.incidents.rules.impact import impact_of
from troth.incidents.rules.results import Kind
from troth.incidents.rules.stories import SEVERITIES
from troth.notify import actions as notify
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

BY: Final = "the installation"
_DUE: Final = {
    "incident.update": "the next update",
    "breach.notice": "the notice of the breach",
    "maintenance.notice": "the announcement",
    "postmortem.publication": "the post-mortem",
    "maintenance": "the maintenance",
}


def trouble_seen(row: Incident, trouble: Trouble, *, now: datetime) -> None:
    """Ring for a draft that a monitor or a broken promise opened."""
    impact = impact_of(Kind.INCIDENT, trouble.impacts.values())
    notify.raise_alarm(
        story=Story(
            about=_about(row),
            event=Event.ALERT_RAISED,
            revision=f"{row.uid}.{int(trouble.confirmed_at.timestamp())}",
            title=f"{trouble.name} does not work: a draft waits for you",
            what=trouble.told,
            since=trouble.at,
            link=_address(row),
            severity=SEVERITIES[impact],
            is_urgent=True,
            parts=_parts(trouble),
        ),
        by=BY,
        now=now,
    )


def trouble_over(row: Incident, trouble: Trouble, *, now: datetime) -> None:
    """Say to all who were rung that it works again."""
    notify.clear_alarm(about=_about(row), why=trouble.told, by=BY, now=now)


def spoken(row: Incident, *, by: str, now: datetime) -> None:
    """Somebody has published: nobody needs to be rung for the draft, or for being late."""
    if by == BY:
        return
    notify.acknowledge(about=_about(row), by=by, now=now)
    for what in _DUE:
        notify.clear_alarm(about=_about(row, what), why=f"{by} has done it.", by=by, now=now)


def due(row: Incident, fact: Overdue, *, now: datetime) -> None:
    """Ring for what must be said soon, or should have been said."""
    is_late = fact.step == "escalation"
    what = _DUE.get(fact.what, fact.what)
    when = "is late" if is_late else "is due soon"
    notify.raise_alarm(
        story=Story(
            about=_about(row, fact.what),
            event=Event.ALERT_RAISED,
            revision=f"{row.uid}.{fact.step}.{int(fact.due_at.timestamp())}",
            title=f"{row.name}: {what} {when}",
            affects=f"{fact.to} ({fact.role})" if fact.to else fact.role,
            next_at=fact.due_at,
            link=_address(row),
            severity=Severity.MAJOR if is_late else Severity.MINOR,
            is_urgent=True,
        ),
        by=BY,
        now=now,
    )


def _about(row: Incident, what: str = "") -> str:
    return ":".join(filter(None, ("alert", "incident", row.uid, what)))


def _address(row: Incident) -> str:
    # Not reverse(): every address of the desk would be loaded into the worker for it.
    return f"{settings.TROTH.base_url}/desk/status/incidents/{row.uid}/"


def _parts(trouble: Trouble) -> tuple[Part, ...]:
    named = labels(tuple(trouble.impacts))
    touched = (
        Part(key=f"component:{uid}", name=label.name, state=WORDS[trouble.impacts[uid]])
        for uid, label in named.items()
    )
    return (Part(key=trouble.opener, name=trouble.name, state=WORDS[Status.MAJOR]), *touched)
