"""Support's ready answers, made of nothing but what the page says, with the same revision. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from troth.incidents.rules import prose
from troth.incidents.rules.results import IncidentShown, Kind, State

STATE_WORDS = {
    State.INVESTIGATING: "We are investigating",
    State.IDENTIFIED: "We know the cause and are working on it",
    State.MONITORING: "It is fixed and we are watching it",
    State.RESOLVED: "It is resolved",
    State.POSTMORTEM: "It is resolved, and we have published what happened",
    State.SCHEDULED: "Planned work",
    State.IN_PROGRESS: "Planned work is under way",
    State.VERIFYING: "Planned work is done and being checked",
    State.COMPLETED: "The planned work is complete",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """The same answer as plain text and as HTML; `lines` are its parts as (label, text)."""

    text: str
    html: str
    revision: str
    lines: tuple[tuple[str, str], ...]


def macro_of(incident: IncidentShown, *, address: str) -> Macro:
    """Return the answer for whoever asks about this incident; `address` is that of its page."""
    said = tuple(line for line in _lines(incident) if line[1])
    text = "\n".join((incident.name, *(f"{label}: {value}" for label, value in said), address))
    rows = "".join(f"<dt>{escape(a)}</dt><dd>{_paragraphs(b)}</dd>" for a, b in said)
    link = f'<p><a href="{escape(address)}">{escape(address)}</a></p>'
    return Macro(
        text=text,
        html=f"<h3>{escape(incident.name)}</h3><dl>{rows}</dl>{link}",
        revision=incident.revision,
        lines=said,
    )


def _lines(one: IncidentShown) -> tuple[tuple[str, str], ...]:
    last = one.updates[0] if one.updates else None
    is_open = one.is_open and one.kind is not Kind.MAINTENANCE
    return (
        ("Status", f"{STATE_WORDS[one.state]}."),
        ("Window", _window(one)),
        ("Since", _at(one.started_at) if is_open else ""),
        ("What is wrong", one.problem if is_open else ""),
        ("Who is affected", one.affects),
        ("Workaround", one.workaround if is_open else ""),
        ("Recovery", one.recovery),
        ("Data", one.data_loss),
        (f"Latest, {_at(last.at)}" if last else "Latest", prose.plain(last.body) if last else ""),
        ("Next update by", _at(one.next_due_at) if one.is_open else ""),
    )


def _window(one: IncidentShown) -> str:
    if one.scheduled_for is None or one.scheduled_until is None:
        return ""
    return f"{_at(one.scheduled_for)} to {_at(one.scheduled_until)}"


def _at(instant: datetime | None) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if instant else ""


def _paragraphs(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
