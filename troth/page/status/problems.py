"""An incident or a maintenance as the front page and its own page show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from troth.components.rules.results import Status
from troth.incidents.rules.results import Edit, ImpactSpan, IncidentShown, UpdateShown
from troth.page.edition import Edition
from troth.page.situation import begins, is_maintenance
from troth.page.status import words


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    word: str
    shape: str


@dataclass(frozen=True, slots=True)
class Spell:
    """A service's condition by this incident; `ends_at` is None while it lasts."""

    name: str
    word: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """One update in words. `edits` are what it said before, oldest first."""

    uid: str
    at: datetime
    state: str
    html: SafeString
    changes: tuple[Change, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    incident: IncidentShown
    url: str
    state: str
    impact: str
    shape: str  # of the rule beside it
    starts_at: datetime
    updates: tuple[Said, ...]
    services: tuple[Change, ...]  # how each one touched is now, or was at its worst
    spans: tuple[Spell, ...]
    lasted: timedelta | None


def problem(edition: Edition, one: IncidentShown, *, updates: int | None = None) -> Problem:
    """Return it in the language now active, with its newest `updates` (None = all)."""
    begun = begins(one)
    return Problem(
        incident=one,
        url=edition.path(one.path),
        state=words.state(one.state),
        impact=words.impact(one.impact),
        shape=_shape(one),
        starts_at=begun,
        updates=tuple(_said(each) for each in one.updates[:updates]),
        services=tuple(_services(edition, one)),
        spans=tuple(
            Spell(span.name, words.status(span.status), span.starts_at, span.ends_at)
            for span in one.spans
        ),
        lasted=one.resolved_at - begun if one.resolved_at and one.resolved_at > begun else None,
    )


def _shape(one: IncidentShown) -> str:
    if is_maintenance(one):
        return "suspended"
    return {"none": "no_data", "minor": "at_risk"}.get(one.impact.value, "broken")


def _said(one: UpdateShown) -> Said:
    return Said(
        uid=one.uid,
        at=one.at,
        state=words.state(one.state),
        html=mark_safe(one.html),  # noqa: S308 - rendered and cleaned by incidents
        changes=tuple(
            Change(each.name, words.status(each.now), words.shape(each.now))
            for each in one.affected
        ),
        edits=one.edits,
    )


def _services(edition: Edition, one: IncidentShown) -> list[Change]:
    """Return the services it touches: by this incident's own word, else by their present state."""
    now = edition.picture.situation.by_uid
    told: dict[str, ImpactSpan] = {}
    for span in sorted(one.spans, key=lambda span: span.starts_at):
        told[span.component] = span
    found = [_change(span.name, span.status) for span in told.values()]
    found += [
        _change(now[uid].name, now[uid].status)
        for uid in one.components
        if uid in now and uid not in told
    ]
    return found


def _change(name: str, status: Status) -> Change:
    return Change(name, words.status(status), words.shape(status))


def parts(one: IncidentShown) -> list[tuple[str, SafeString]]:
    """Return the four parts of the post-mortem under their headings; none where there is none."""
    said = one.postmortem
    if said is None:
        return []
    named = (
        (_("We are sorry"), said.apology),
        (_("What caused it"), said.cause),
        (_("What we did"), said.fix),
        (_("What we do so that it stays away"), said.prevention),
    )
    return [(heading, mark_safe(text)) for heading, text in named]  # noqa: S308 - cleaned by incidents
