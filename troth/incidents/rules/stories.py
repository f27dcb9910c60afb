"""An incident as the story that every channel tells: nothing but what the page says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.components.rules.results import Status
from troth.incidents.rules import prose, tongues
from troth.incidents.rules.macro import STATE_WORDS, macro_of
from troth.incidents.rules.results import Impact, IncidentShown, Kind, State, UpdateShown, Urgency
from troth.incidents.rules.webhooks import incident_of
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

SEVERITIES: Final = {
    Impact.NONE: Severity.NONE,
    Impact.MAINTENANCE: Severity.NONE,
    Impact.MINOR: Severity.MINOR,
    Impact.MAJOR: Severity.MAJOR,
    Impact.CRITICAL: Severity.CRITICAL,
}
_OF_INCIDENTS: Final = {
    State.RESOLVED: Event.INCIDENT_RESOLVED,
    State.POSTMORTEM: Event.INCIDENT_POSTMORTEM,
}
_OF_MAINTENANCE: Final = {
    State.IN_PROGRESS: Event.MAINTENANCE_STARTED,
    State.COMPLETED: Event.MAINTENANCE_COMPLETED,
}
_NEWS: Final = {
    False: (Event.INCIDENT_OPENED, Event.INCIDENT_UPDATED),
    True: (Event.MAINTENANCE_ANNOUNCED, Event.MAINTENANCE_UPDATED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What readers were last told of an incident: which event, by which update."""

    event: Event
    update: str  # uid; "" where there was none


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the story cannot know: the page's address, component names, and who sees it."""

    address: str
    names: Mapping[str, str]  # uid → name, of those that all who are told may see
    groups: Mapping[str, str]  # uid → its group's
    states: Mapping[Status, str]  # in words
    pages: tuple[str, ...] = ()


def event_of(shown: IncidentShown, *, heard: Heard | None) -> Event:
    """Return what has happened since readers heard of it; the same event again is a correction."""
    if shown.kind is Kind.BREACH:
        return Event.BREACH_NOTICE
    planned = shown.kind is Kind.MAINTENANCE
    reached = (_OF_MAINTENANCE if planned else _OF_INCIDENTS).get(shown.state)
    if heard is not None and heard.update == _newest(shown):
        return reached or heard.event
    first, later = _NEWS[planned]
    return reached or (first if heard is None else later)


def story_of(shown: IncidentShown, *, event: Event, heard: Heard | None, where: Where) -> Story:
    """Return the story of an incident as it stands: the page's words under the page's revision."""
    last = shown.updates[0] if shown.updates else None
    is_open = shown.is_open
    state, parts, facts = STATE_WORDS[shown.state], _parts(shown, where), _facts(shown)
    return Story(
        about=f"incident:{shown.uid}",
        event=event,
        revision=shown.revision,
        title=shown.name,
        link=where.address,
        what=shown.problem,
        affects=shown.affects,
        since=shown.scheduled_for or shown.started_at,
        until=shown.scheduled_until or shown.resolved_at,
        advice=shown.workaround if is_open else "",
        next_at=shown.next_due_at if is_open else None,
        state=state,
        body=last.body if last else "",
        severity=SEVERITIES[shown.impact],
        is_urgent=_is_urgent(shown),
        is_correction=heard is not None and heard.update == _newest(shown) and event == heard.event,
        parts=parts,
        pages=where.pages,
        audiences=shown.audiences,
        facts=facts,
        translations=tongues.said(
            state, (*(part.state for part in parts), *(label for label, _ in facts))
        ),
        data=_data(shown, last, where),
        statuspage={"incident": incident_of(shown, address=where.address, names=where.names)},
    )


def _newest(shown: IncidentShown) -> str:
    return shown.updates[0].uid if shown.updates else ""


def _is_urgent(shown: IncidentShown) -> bool:
    loud = shown.urgency is Urgency.URGENT or shown.kind is Kind.BREACH
    return loud and shown.is_open


def _parts(shown: IncidentShown, where: Where) -> tuple[Part, ...]:
    """Return each component touched, with how it is by this incident now.

    Who follows one that others may not know of is told; nobody is told its name.
    """
    now = {one.component: one.status for one in shown.spans if one.ends_at is None}
    return tuple(
        Part(
            key=f"component:{uid}",
            name=where.names.get(uid, ""),
            state=where.states[now.get(uid, Status.OPERATIONAL)],
            inside=f"group:{where.groups[uid]}" if where.groups.get(uid) else "",
        )
        for uid in dict.fromkeys((*shown.components, *now))
    )


def _facts(shown: IncidentShown) -> tuple[tuple[str, str], ...]:
    said: Sequence[tuple[str, str]] = (
        ("Recovery", shown.recovery),
        ("Data", shown.data_loss),
        ("Hotline", shown.breach.hotline if shown.breach else ""),
        ("New password", shown.breach.reset_url if shown.breach else ""),
    )
    return tuple(line for line in said if line[1])


def _data(shown: IncidentShown, last: UpdateShown | None, where: Where) -> dict[str, object]:
    """Return what programs get: the facts as fields, and support's answer with them."""
    return {
        "id": shown.uid,
        "kind": shown.kind.value,
        "name": shown.name,
        "status": shown.state.value,
        "impact": shown.impact.value,
        "started_at": _written(shown.started_at),
        "resolved_at": _written(shown.resolved_at),
        "revision": shown.revision,
        "link": where.address,
        "problem": shown.problem,
        "affects": shown.affects,
        "workaround": shown.workaround if shown.is_open else "",
        "next_update_at": _written(shown.next_due_at if shown.is_open else None),
        "scheduled_for": _written(shown.scheduled_for),
        "scheduled_until": _written(shown.scheduled_until),
        "components": [
            {"id": part.key.partition(":")[2], "name": part.name, "state": part.state}
            for part in _parts(shown, where)
            if part.name
        ],
        "update": last.uid if last else "",
        "text": prose.plain(last.body) if last else "",
        "macro": macro_of(shown, address=where.address).text,
    }


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
