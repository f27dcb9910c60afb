"""The parts of an incident that not every one has: maintenance, breach, post-mortem."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from troth.incidents.models import Edit, FollowUp, Incident, PostmortemEdit, TimelineEntry
from troth.incidents.rules import breach as breaches
from troth.incidents.rules import results
from troth.incidents.rules.publishing import PARTS


def has_postmortem(row: Incident) -> bool:
    found = _related(row, "postmortem")
    return found is not None and found.published_at is not None


def postmortem(
    row: Incident,
    follow_ups: Mapping[int, Sequence[FollowUp]],
    timeline: Mapping[int, Sequence[TimelineEntry]],
    edits: Mapping[int, Sequence[PostmortemEdit]],
) -> results.Postmortem | None:
    """Return the published post-mortem of an incident, None without one."""
    found = _related(row, "postmortem")
    if found is None or found.published_at is None:
        return None
    return results.Postmortem(
        **{part: found.html.get(part, "") for part in PARTS},
        published_at=found.published_at,
        follow_ups=tuple(follow_up(one) for one in follow_ups.get(row.pk, ())),
        budget_seconds=found.budget_seconds,
        timeline=tuple(
            results.Moment(at=one.at, text=one.text) for one in timeline.get(row.pk, ())
        ),
        edited_at=tuple(one.at for one in edits.get(row.pk, ())),
    )


def follow_up(row: FollowUp) -> results.FollowUp:
    return results.FollowUp(text=row.text, owner=row.owner, due=row.due, done_at=row.done_at)


def edit(row: Edit) -> results.Edit:
    return results.Edit(at=row.at, body=row.body)


def maintenance(row: Incident) -> dict[str, Any]:
    """Return the fields of IncidentShown that only a maintenance has."""
    found = _related(row, "maintenance")
    if found is None:
        return {}
    return {
        "scheduled_for": found.scheduled_for,
        "scheduled_until": found.scheduled_until,
        "announced_at": found.announced_at,
        "in_time": found.in_time,
        "cancelled_at": found.cancelled_at,
    }


def breach(row: Incident) -> results.BreachShown | None:
    found = _related(row, "breach")
    if found is None:
        return None
    return results.BreachShown(
        aware_at=found.aware_at, due_at=breaches.due_at(found.aware_at),
        noticed_at=found.noticed_at, facts=found.facts, people=found.people,
        records=found.records, scope_note=found.scope_note, consequences=found.consequences,
        fixes=found.fixes, prevention=found.prevention, contact=found.contact,
        hotline=found.hotline, reset_url=found.reset_url, delay_reason=found.delay_reason,
    )  # fmt: skip


def _related(row: Incident, name: str) -> Any:  # noqa: ANN401 - the row of a one-to-one, or None
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None
