"""From rows to the frozen values that everyone shows: a fixed number of questions for any list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from troth.components.rules.results import Status
from troth.incidents.models import (
    Edit,
    FollowUp,
    Incident,
    Link,
    PostmortemEdit,
    TimelineEntry,
    Update,
    UpdateImpact,
)
from troth.incidents.queries import parts
from troth.incidents.rules import revising, spans, states
from troth.incidents.rules.results import Impact, IncidentShown, Kind, State, UpdateShown, Urgency
from troth.incidents.rules.spans import Saying

T = TypeVar("T", bound=Model)
_RELATED = ("maintenance", "breach", "postmortem", "merged_into")
_OVER = {State.RESOLVED, State.COMPLETED}


@dataclass(slots=True)
class Around:
    """All that belongs to a list of incidents, by the id of the incident (or of the update)."""

    updates: Mapping[int, list[Update]]
    edits: Mapping[int, list[Edit]]
    impacts: Mapping[int, list[UpdateImpact]]
    links: Mapping[int, list[str]]
    follow_ups: Mapping[int, list[FollowUp]] = field(default_factory=dict)
    timeline: Mapping[int, list[TimelineEntry]] = field(default_factory=dict)
    revised: Mapping[int, list[PostmortemEdit]] = field(default_factory=dict)


def shown(
    rows: QuerySet[Incident] | Sequence[Incident],
    *,
    at: datetime | None = None,
    with_proposed: bool = False,
) -> list[IncidentShown]:
    """Return incidents whole. With `at`: as they stood then, those that nobody knew left out.

    `with_proposed` also shows updates that are not published: for the desk's previews only.
    """
    if isinstance(rows, QuerySet):
        rows = list(rows.select_related(*_RELATED))
    if not rows:
        return []
    around = _around(rows, at=at, with_proposed=with_proposed)
    known = [row for row in rows if around.updates.get(row.pk) or at is None]
    return [_incident(row, around, at) for row in known]


def sayings(updates: Iterable[Update], impacts: Mapping[int, list[UpdateImpact]]) -> list[Saying]:
    """Return what updates say of components, in their order."""
    return [
        Saying(one.pk, said.since or one.at, said.component, said.name, Status(said.status))
        for one in updates
        for said in impacts.get(one.pk, ())
    ]


def _around(rows: Sequence[Incident], *, at: datetime | None, with_proposed: bool) -> Around:
    pks = [row.pk for row in rows]
    updates = Update.objects.filter(incident__in=pks, discarded_at=None, lapsed_at=None).order_by(
        "at", "id"
    )
    updates = updates if with_proposed else updates.filter(published_at__isnull=False)
    updates = updates.filter(at__lte=at) if at else updates
    said = list(updates)
    of = [one.pk for one in said]
    around = Around(
        updates=_by(said, "incident_id"),
        edits=_by(Edit.objects.filter(update__in=of).order_by("number"), "update_id"),
        impacts=_by(UpdateImpact.objects.filter(update__in=of).order_by("id"), "update_id"),
        links=_links(pks),
    )
    told = [row.pk for row in rows if parts.has_postmortem(row)]
    if told:
        lines = TimelineEntry.objects.filter(incident__in=told, is_public=True)
        around.follow_ups = _by(FollowUp.objects.filter(incident__in=told), "incident_id")
        around.timeline = _by(lines, "incident_id")
        around.revised = _by(PostmortemEdit.objects.filter(postmortem__in=told), "postmortem_id")
    return around


def _by(rows: Iterable[T], name: str) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _links(pks: Sequence[int]) -> Mapping[int, list[str]]:
    rows = Link.objects.filter(Q(incident__in=pks) | Q(other__in=pks)).order_by("id")
    found: dict[int, list[str]] = defaultdict(list)
    pairs = rows.values_list("incident_id", "incident__uid", "incident__listed_at",
                             "other_id", "other__uid", "other__listed_at")  # fmt: skip
    for left, left_uid, left_listed, right, right_uid, right_listed in pairs:
        if right_listed:
            found[left].append(right_uid)
        if left_listed:
            found[right].append(left_uid)
    return found


def _incident(row: Incident, around: Around, at: datetime | None) -> IncidentShown:
    updates = around.updates.get(row.pk, [])
    said = sayings(updates, around.impacts)
    is_cut = at is not None and row.updated_at > at
    standing = _as_of(updates) if is_cut else _as_it_stands(row)
    merged = row.merged_into and not (is_cut and at and row.merged_at and row.merged_at > at)
    ended_at = standing["resolved_at"] or (row.merged_at if merged else None)
    found = IncidentShown(
        uid=row.uid, kind=Kind(row.kind), name=row.name, impact=Impact(row.impact),
        urgency=Urgency(row.urgency) if row.urgency else None,
        started_at=row.started_at, created_at=row.published_at or row.created_at,
        postmortem=parts.postmortem(row, around.follow_ups, around.timeline, around.revised),
        updates=_updates(updates, said, around), components=tuple(spans.at_worst(said)),
        spans=spans.spans(said, ended_at=ended_at),
        workaround="" if standing["state"] in states.OVER else row.workaround,
        affects=row.affects, problem=row.problem,
        postmortem_due=row.postmortem_due, backfilled=row.backfilled,
        merged_into=row.merged_into.uid if row.merged_into and merged else None,
        linked=tuple(around.links.get(row.pk, ())), flags=tuple(row.flags),
        audiences=tuple(row.audiences), breach=parts.breach(row), **parts.maintenance(row),
        **standing,
    )  # fmt: skip
    return revising.revised(found) if is_cut else found


def _as_it_stands(row: Incident) -> dict[str, Any]:
    return {
        "state": State(row.state),
        "updated_at": row.updated_at,
        "identified_at": row.identified_at,
        "monitoring_at": row.monitoring_at,
        "resolved_at": row.resolved_at,
        "next_due_at": row.next_due_at,
        "recovery": row.recovery,
        "data_loss": row.data_loss,
        "revision": row.revision,
    }


def _as_of(updates: Sequence[Update]) -> dict[str, Any]:
    """Return what the updates up to an instant say, where later ones say something else."""
    states = [(State(one.state), one.at) for one in updates]
    last = updates[-1]
    over = last.state in (State.RESOLVED, State.POSTMORTEM, State.COMPLETED)
    ends = [when for state, when in states if state in _OVER]
    return {
        "state": State(last.state),
        "updated_at": max(one.updated_at for one in updates),
        "identified_at": _first(states, State.IDENTIFIED),
        "monitoring_at": _first(states, State.MONITORING),
        "resolved_at": ends[-1] if over and ends else None,
        "next_due_at": None if over else last.next_due_at,
    }


def _first(states: Sequence[tuple[State, datetime]], wanted: State) -> datetime | None:
    return next((when for state, when in states if state is wanted), None)


def _updates(
    updates: Sequence[Update], said: Sequence[Saying], around: Around
) -> tuple[UpdateShown, ...]:
    changes = spans.changes(said)
    return tuple(
        UpdateShown(
            uid=one.uid, state=State(one.state), body=one.body, html=one.html, at=one.at,
            created_at=one.created_at, updated_at=one.updated_at, next_due_at=one.next_due_at,
            affected=changes.get(one.pk, ()),
            edits=tuple(parts.edit(each) for each in around.edits.get(one.pk, ())),
        )
        for one in reversed(updates)
    )  # fmt: skip
