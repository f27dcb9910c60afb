"""An incident as Statuspage's subscriber webhooks give it, for programs that read those. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from troth.components.rules.results import Status
from troth.incidents.rules.results import Affected, IncidentShown, Kind, State, UpdateShown

Json = dict[str, Any]
_MOST_UPDATES: Final = 50  # the newest


def incident_of(shown: IncidentShown, *, address: str, names: Mapping[str, str]) -> Json:
    """Return what stands under `incident`. `names` are the components that all may see, by uid."""
    planned, found = shown.kind is Kind.MAINTENANCE, shown.postmortem
    learned_at = _instant(found.published_at if found else None)
    return {
        "id": shown.uid,
        "name": shown.name,
        "status": State.RESOLVED.value if shown.merged_into else shown.state.value,
        "impact": shown.impact.value,
        "impact_override": None,
        "backfilled": shown.backfilled,
        "created_at": _instant(shown.created_at),
        "updated_at": _instant(shown.updated_at),
        "started_at": _instant(shown.started_at),
        "monitoring_at": _instant(shown.monitoring_at),
        "resolved_at": _instant(shown.resolved_at),
        "shortlink": address,
        "scheduled_for": _instant(shown.scheduled_for if planned else None),
        "scheduled_until": _instant(shown.scheduled_until if planned else None),
        "scheduled_remind_prior": planned,
        "scheduled_reminded_at": None,
        "scheduled_auto_transition": False,
        "postmortem_body": None,
        "postmortem_body_last_updated_at": learned_at,
        "postmortem_ignored": False,
        "postmortem_notified_subscribers": found is not None,
        "postmortem_notified_twitter": False,
        "postmortem_published_at": learned_at,
        "incident_updates": [_update(one, shown, names) for one in shown.updates[:_MOST_UPDATES]],
        "components": _components(shown, names),
    }


def _update(one: UpdateShown, of: IncidentShown, names: Mapping[str, str]) -> Json:
    seen = [_affected(each) for each in one.affected if each.code in names]
    return {
        "id": one.uid,
        "incident_id": of.uid,
        "status": one.state.value,
        "body": one.body,
        "created_at": _instant(one.created_at),
        "updated_at": _instant(one.updated_at),
        "display_at": _instant(one.at),
        "affected_components": seen or None,
        "twitter_updated_at": None,
        "wants_twitter_update": False,
    }


def _affected(one: Affected) -> Json:
    return {
        "code": one.code, "name": one.name,
        "old_status": _word(one.was), "new_status": _word(one.now),
    }  # fmt: skip


def _components(shown: IncidentShown, names: Mapping[str, str]) -> list[Json]:
    now = {one.component: one.status for one in shown.spans if one.ends_at is None}
    return [
        {"id": uid, "name": names[uid], "status": _word(now.get(uid, Status.OPERATIONAL))}
        for uid in dict.fromkeys((*shown.components, *now))
        if uid in names
    ]


def _word(status: Status) -> str:
    """Return one of Statuspage's five words; it has none for no data."""
    return (Status.DEGRADED if status is Status.NO_DATA else status).value


def _instant(at: datetime | None) -> str | None:
    if at is None:
        return None
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
