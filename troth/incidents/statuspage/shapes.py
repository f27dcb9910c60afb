"""Components, incidents and updates as Statuspage's management API gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from troth.components.queries.matching import KnownGroup
from troth.components.rules.results import Shown, Status
from troth.incidents.rules.publishing import PARTS
from troth.incidents.rules.results import (
    Affected,
    IncidentShown,
    Kind,
    Postmortem,
    State,
    UpdateShown,
)

Json = dict[str, object]


def instant(at: datetime | None) -> str | None:
    if at is None:
        return None
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def status_word(one: Shown) -> str:
    """Return one of Statuspage's five words: without data the last known, or else degraded."""
    if one.status is not Status.NO_DATA:
        return one.status.value
    last = one.last_known
    return Status.DEGRADED.value if last in {None, Status.NO_DATA} else str(last)


def component(one: Shown, page: str) -> Json:
    return {
        "id": one.uid, "page_id": page, "group_id": one.group, "name": one.name,
        "description": one.description or None, "status": status_word(one),
        "position": one.position, "group": False, "showcase": True,
        "only_show_if_degraded": one.only_if_degraded, "automation_email": None,
        "start_date": one.start_date.isoformat() if one.start_date else None,
        "created_at": instant(one.created_at), "updated_at": instant(one.updated_at),
    }  # fmt: skip


def group(one: KnownGroup, page: str) -> Json:
    return {
        "id": one.uid, "page_id": page, "name": one.name, "description": one.description or None,
        "components": list(one.components), "position": one.position,
        "created_at": instant(one.created_at), "updated_at": instant(one.updated_at),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around incidents: their page, its address, components, clocks of maintenance."""

    page: str
    address: str
    components: Mapping[str, Json]  # by uid
    clocks: Mapping[str, tuple[bool, bool]]  # uid of a maintenance → begins, ends by itself
    overrides: Mapping[str, str]  # uid → the impact that somebody said, "" for none


def incident(one: IncidentShown, around: Around) -> Json:
    page, components = around.page, around.components
    is_planned = one.kind is Kind.MAINTENANCE
    return {
        "id": one.uid, "page_id": page, "name": one.name,
        "status": State.RESOLVED.value if one.merged_into else one.state.value,
        "impact": one.impact.value, "impact_override": around.overrides.get(one.uid) or None,
        "created_at": instant(one.created_at), "updated_at": instant(one.updated_at),
        "started_at": instant(one.started_at), "monitoring_at": instant(one.monitoring_at),
        "resolved_at": instant(one.resolved_at), "shortlink": f"{around.address}/{one.path}",
        "scheduled_for": instant(one.scheduled_for) if is_planned else None,
        "scheduled_until": instant(one.scheduled_until) if is_planned else None,
        "incident_updates": [update(each, one) for each in one.updates],
        "components": [components[uid] for uid in _named(one) if uid in components],
        "metadata": {}, "reminder_intervals": None, **_planned(one, around), **_learned(one),
    }  # fmt: skip


def _named(one: IncidentShown) -> list[str]:
    """Return all components that it names, those that work as well: here they belong to it."""
    said = [each.code for update in reversed(one.updates) for each in update.affected]
    return list(dict.fromkeys((*one.components, *said)))


def _planned(one: IncidentShown, around: Around) -> Json:
    """Return the switches of a maintenance; its components follow its own states."""
    planned = one.kind is Kind.MAINTENANCE
    begins, ends = around.clocks.get(one.uid, (False, False))
    return {
        "scheduled_auto_in_progress": begins,
        "scheduled_auto_completed": ends,
        "scheduled_remind_prior": planned,
        "scheduled_reminded_at": None,
        "auto_transition_to_maintenance_state": planned,
        "auto_transition_to_operational_state": planned,
        "auto_transition_deliver_notifications_at_start": planned,
        "auto_transition_deliver_notifications_at_end": planned,
    }


def _html(found: Postmortem) -> str:
    return "".join(f"<h2>{part.capitalize()}</h2>{getattr(found, part)}" for part in PARTS)


def _learned(one: IncidentShown) -> Json:
    """Return what is told of its post-mortem beside it; the text has an address of its own."""
    found = one.postmortem
    changed_at = max((found.published_at, *found.edited_at)) if found else None
    return {
        "postmortem_body": _html(found) if found else None,
        "postmortem_body_last_updated_at": instant(changed_at),
        "postmortem_ignored": False,
        "postmortem_published_at": instant(found.published_at) if found else None,
        "postmortem_notified_subscribers": found is not None,
        "postmortem_notified_twitter": False,
    }


def update(one: UpdateShown, of: IncidentShown) -> Json:
    return {
        "id": one.uid, "incident_id": of.uid, "status": one.state.value, "body": one.body,
        "display_at": instant(one.at), "created_at": instant(one.created_at),
        "updated_at": instant(one.updated_at), "deliver_notifications": True,
        "wants_twitter_update": False, "custom_tweet": None, "tweet_id": None,
        "twitter_updated_at": None,
        "affected_components": [_affected(each) for each in one.affected] or None,
    }  # fmt: skip


def _affected(one: Affected) -> Json:
    return {
        "code": one.code, "name": one.name,
        "old_status": one.was.value, "new_status": one.now.value,
    }  # fmt: skip
