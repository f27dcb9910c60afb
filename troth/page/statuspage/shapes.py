"""Components, incidents and updates as Statuspage's API gives them: values in, dicts out.

What Statuspage has no word for stands under the key `troth`, which its clients pass over; the
words they know are never given another meaning (docs/api-v2.md).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from troth.components.rules.results import GroupShown, Shown, Status
from troth.core.ids import page_id
from troth.incidents.rules.results import Affected, IncidentShown, Kind, State, UpdateShown
from troth.page.situation import begins, is_maintenance

Json = dict[str, object]


def instant(at: datetime | None) -> str | None:
    """Return ISO 8601 with milliseconds and Z."""
    if at is None:
        return None
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def page(*, address: str, name: str, zone: str, updated_at: datetime) -> Json:
    return {
        "id": page_id(address),
        "name": name,
        "url": address,
        "time_zone": "Etc/UTC" if zone == "UTC" else zone,
        "updated_at": instant(updated_at),
    }


def status_word(status: Status, last_known: Status | None = None) -> str:
    """Return one of the five words. Without data it is the last known one, or else degraded."""
    if status is not Status.NO_DATA:
        return status.value
    if last_known in (None, Status.NO_DATA):
        return Status.DEGRADED.value
    return str(last_known)


def component(one: Shown, *, page: str, position: int) -> Json:
    return {
        "id": one.uid,
        "name": one.name,
        "status": status_word(one.status, one.last_known),
        "created_at": instant(one.created_at),
        "updated_at": instant(one.updated_at),
        "position": position,
        "description": one.description or None,
        "showcase": True,
        "start_date": one.start_date.isoformat() if one.start_date else None,
        "group_id": one.group,
        "page_id": page,
        "group": False,
        "only_show_if_degraded": one.only_if_degraded,
        "troth": {
            "slug": one.slug,
            "no_data": one.status is Status.NO_DATA,
            "status": one.status.value,
            "since": instant(one.since),
            "third_party": one.third_party,
            "note": one.note or None,
        },
    }


def group(one: GroupShown, members: Mapping[str, Shown], *, page: str, position: int) -> Json:
    """Return a group as the component that Statuspage makes of it."""
    silent = any(members[uid].status is Status.NO_DATA for uid in one.components if uid in members)
    return {
        "id": one.uid,
        "name": one.name,
        "status": status_word(one.status),
        "created_at": instant(one.created_at),
        "updated_at": instant(one.updated_at),
        "position": position,
        "description": one.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": one.parent,
        "page_id": page,
        "group": True,
        "only_show_if_degraded": False,
        "components": [uid for uid in one.components if uid in members],
        "troth": {"slug": one.slug, "no_data": silent, "status": one.status.value},
    }


def incident(
    one: IncidentShown, *, page: str, address: str, components: Mapping[str, Json]
) -> Json:
    """Return an incident, a breach or a maintenance. `components` are the shapes by uid."""
    whole: Json = {
        "id": one.uid,
        "name": one.name,
        "status": _state(one),
        "created_at": instant(one.created_at),
        "updated_at": instant(one.updated_at),
        "monitoring_at": instant(one.monitoring_at),
        "resolved_at": instant(_resolved(one)),
        "impact": "maintenance" if is_maintenance(one) else one.impact.value,
        "shortlink": f"{address}/{one.path}",
        "started_at": instant(begins(one)),
        "page_id": page,
        "incident_updates": [update(each, one) for each in one.updates],
        "components": [components[uid] for uid in one.components if uid in components],
        "troth": _more(one),
    }
    if is_maintenance(one):
        whole["scheduled_for"] = instant(one.scheduled_for or one.started_at)
        whole["scheduled_until"] = instant(one.scheduled_until or one.scheduled_for)
    return whole


def _state(one: IncidentShown) -> str:
    return State.RESOLVED.value if one.merged_into else one.state.value


def _resolved(one: IncidentShown) -> datetime | None:
    return one.resolved_at or (one.updated_at if one.merged_into else None)


def _more(one: IncidentShown) -> Json:
    return {
        "kind": one.kind.value,
        "revision": one.revision,
        "urgency": one.urgency.value if one.urgency else None,
        "next_update_due_at": instant(one.next_due_at),
        "workaround": one.workaround or None,
        "affects": one.affects or None,
        "backfilled": one.backfilled,
        "merged_into": one.merged_into,
        "linked": list(one.linked),
        "flags": list(one.flags),
        "announced_in_time": one.in_time if one.kind is Kind.MAINTENANCE else None,
    }


def update(one: UpdateShown, of: IncidentShown) -> Json:
    return {
        "id": one.uid,
        "status": one.state.value,
        "body": one.body,
        "incident_id": of.uid,
        "created_at": instant(one.created_at),
        "updated_at": instant(one.updated_at),
        "display_at": instant(one.at),
        "affected_components": _affected(one.affected),
        "deliver_notifications": not of.backfilled,
        "custom_tweet": None,
        "tweet_id": None,
        "troth": {"next_update_due_at": instant(one.next_due_at), "edits": len(one.edits)},
    }


def _affected(changes: Iterable[Affected]) -> list[Json] | None:
    rows: list[Json] = [
        {
            "code": change.code,
            "name": change.name,
            "old_status": status_word(change.was),
            "new_status": status_word(change.now),
        }
        for change in changes
    ]
    return rows or None
