"""What only those who work here may see: drafts, proposals, notes, roles, clocks."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from django.db.models import Q, QuerySet

from troth.incidents.models import (
    Approval,
    BreachNotice,
    Clock,
    FollowUp,
    Incident,
    Note,
    Overdue,
    Postmortem,
    Role,
    TimelineEntry,
    Update,
)
from troth.incidents.queries import parts
from troth.incidents.queries.showing import shown
from troth.incidents.rules import inside as values
from troth.incidents.rules import states
from troth.incidents.rules.publishing import PARTS
from troth.incidents.rules.results import IncidentShown, Kind, State


def drafts() -> list[values.DraftRow]:
    """Return what is not public yet, the newest first; what was thrown away is left out."""
    rows = Incident.objects.filter(listed_at=None, discarded_at=None, merged_into=None)
    return [
        values.DraftRow(
            uid=row.uid, kind=Kind(row.kind), name=row.name, state=State(row.state),
            origin=row.origin, opened_for=row.opened_for, started_at=row.started_at,
            created_at=row.created_at, confirm_at=row.confirm_at, by=row.by,
        )
        for row in rows.order_by("-id")[:200]
    ]  # fmt: skip


def proposals() -> list[values.ProposalRow]:
    """Return updates of public incidents that wait for somebody's approval, oldest first."""
    rows = _proposed(Q(incident__listed_at__isnull=False, incident__merged_into=None))
    return [
        values.ProposalRow(
            update_uid=row.uid, uid=row.incident.uid, name=row.incident.name,
            state=State(row.state), body=row.body, by=row.by, at=row.created_at,
        )
        for row in rows.select_related("incident")[:200]
    ]  # fmt: skip


def overdue(*, limit: int = 50) -> list[values.OverdueShown]:
    """Return what is due soon or late on incidents that go on, the newest first."""
    rows = Overdue.objects.filter(incident__resolved_at=None, incident__merged_into=None)
    return [_overdue(row) for row in rows.select_related("incident").order_by("-at")[:limit]]


def inside(uid: str) -> values.Inside | None:
    """Return one incident, draft or public, with all that belongs to it."""
    row = Incident.objects.filter(uid=uid).first()
    if row is None:
        return None
    [whole] = shown(Incident.objects.filter(pk=row.pk), with_proposed=True)
    was = None if row.listed_at is None else State(row.state)
    return values.Inside(
        shown=whole, is_public=row.listed_at is not None, turn=row.turn,
        is_discarded=row.discarded_at is not None, two_person=row.two_person, origin=row.origin,
        opened_for=row.opened_for, confirm_at=row.confirm_at, by=row.by,
        may_follow=tuple(s for s in State if s in states.following(whole.kind, was)),
        proposals=_proposals(row, whole), lapsed=_lapsed(row), workaround=row.workaround,
        notes=_notes(row), roles=_roles(row),
        sign_offs=_sign_offs(row),
        clocks=_clocks(row), overdue=_overdues(row), parts=_parts(row),
        follow_ups=_follow_ups(row), timeline=_timeline(row), notices=_notices(row),
        merged=tuple(row.merged.order_by("merged_at").values_list("uid", flat=True)),
        **_plan(row),
    )  # fmt: skip


def _proposed(where: Q) -> QuerySet[Update]:
    rows = Update.objects.filter(published_at=None, discarded_at=None, lapsed_at=None)
    return rows.filter(where).order_by("id")


def _proposals(row: Incident, whole: IncidentShown) -> tuple[values.Proposed, ...]:
    affected = {one.uid: one.affected for one in whole.updates}
    return tuple(
        values.Proposed(
            uid=one.uid, state=State(one.state), body=one.body, html=one.html, at=one.at,
            by=one.by, next_due_at=one.next_due_at, affected=affected.get(one.uid, ()),
            answers=tuple((name, str(text)) for name, text in one.answers.items()),
        )
        for one in _proposed(Q(incident=row))
    )  # fmt: skip


def _lapsed(row: Incident) -> tuple[values.Lapsed, ...]:
    rows = Update.objects.filter(incident=row, lapsed_at__isnull=False).order_by("id")
    return tuple(
        values.Lapsed(one.uid, State(one.state), one.html, one.by, one.lapsed_at, one.lapsed_for)
        for one in rows
        if one.lapsed_at is not None
    )


def _notes(row: Incident) -> tuple[values.NoteShown, ...]:
    return tuple(
        values.NoteShown(one.text, one.by, one.at) for one in Note.objects.filter(incident=row)
    )


def _sign_offs(row: Incident) -> tuple[values.SignOff, ...]:
    rows = Approval.objects.filter(update__incident=row).select_related("update")
    return tuple(
        values.SignOff(one.update.uid, one.by, one.at, one.digest == _digest(one.update.body))
        for one in rows.order_by("at", "id")
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _roles(row: Incident) -> tuple[values.RoleShown, ...]:
    return tuple(
        values.RoleShown(one.role, one.person, one.since, one.until, one.note)
        for one in Role.objects.filter(incident=row)
    )


def _clocks(row: Incident) -> tuple[values.ClockShown, ...]:
    rows = Clock.objects.filter(incident=row, void_at=None).order_by("id")
    return tuple(values.ClockShown(one.kind, one.due_at, one.resolved_at) for one in rows)


def _overdues(row: Incident) -> tuple[values.OverdueShown, ...]:
    rows = Overdue.objects.filter(incident=row).select_related("incident").order_by("at", "id")
    return tuple(map(_overdue, rows))


def _overdue(row: Overdue) -> values.OverdueShown:
    named = row.incident
    return values.OverdueShown(
        named.uid, named.name, row.what, row.step, row.to, row.due_at, row.at
    )


def _parts(row: Incident) -> tuple[tuple[str, str], ...]:
    found = Postmortem.objects.filter(incident=row).first()
    return tuple((part, getattr(found, part, "")) for part in PARTS)


def _follow_ups(row: Incident) -> tuple[values.Numbered, ...]:
    rows: Sequence[FollowUp] = list(FollowUp.objects.filter(incident=row))
    return tuple(values.Numbered(one.pk, parts.follow_up(one)) for one in rows)


def _timeline(row: Incident) -> tuple[tuple[datetime, str, bool], ...]:
    rows = TimelineEntry.objects.filter(incident=row)
    return tuple((one.at, one.text, one.is_public) for one in rows)


def _notices(row: Incident) -> tuple[values.NoticeShown, ...]:
    rows = BreachNotice.objects.filter(breach__incident=row)
    return tuple(
        values.NoticeShown(one.number, one.to, one.at, one.is_final, one.reference, one.by)
        for one in rows
    )


def _plan(row: Incident) -> dict[str, str]:
    if row.kind != Kind.MAINTENANCE:
        return {}
    plan = row.maintenance
    return {
        "series": plan.series.uid if plan.series else "",
        "overrun": plan.overrun.uid if plan.overrun else "",
    }
