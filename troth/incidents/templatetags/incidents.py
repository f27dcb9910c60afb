"""`{% load incidents %}`: states, impacts and what is due, said one way on the desk."""

import json
from datetime import datetime, timedelta

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.incidents.queries.deploys import deploys
from troth.incidents.rules.results import Impact, IncidentShown, Kind, Month, State
from troth.ui.templatetags.ui import when
from troth.ui.words import duration

register = template.Library()
_STATES = {
    State.INVESTIGATING: "investigating",
    State.IDENTIFIED: "cause identified",
    State.MONITORING: "fixed, being watched",
    State.RESOLVED: "resolved",
    State.POSTMORTEM: "resolved, post-mortem published",
    State.SCHEDULED: "scheduled",
    State.IN_PROGRESS: "under way",
    State.VERIFYING: "being verified",
    State.COMPLETED: "completed",
}
_SHAPES = {
    Impact.NONE: "no_data",
    Impact.MINOR: "at_risk",
    Impact.MAJOR: "partial",
    Impact.CRITICAL: "broken",
    Impact.MAINTENANCE: "suspended",
}
_OVER = (State.RESOLVED, State.POSTMORTEM, State.COMPLETED)


@register.inclusion_tag("incidents/_deploys.html", takes_context=True)
def deploys_before(context: Context, one: IncidentShown) -> dict[str, object]:
    """Show what was put into service in the hours before an incident, and what may be said."""
    shown = [] if one.kind is Kind.MAINTENANCE else deploys(one.uid)
    kept = {name: context.get(name) for name in ("may_publish", "csrf_token")}
    return {"deploys": shown, "one": one, **kept}


@register.simple_tag
def impact(one: IncidentShown) -> SafeString:
    """Show how bad it is, by shape and word; what is over has lost its colour."""
    shape = "no_data" if one.state in _OVER else _SHAPES[one.impact]
    words = {Impact.NONE: "no impact", Impact.MAINTENANCE: "maintenance"}
    return format_html(
        '<span class="verdict is-{}">{}</span>', shape, words.get(one.impact, str(one.impact))
    )


@register.filter
def state_word(value: State) -> str:
    return _STATES[State(value)]


@register.filter
def lasted(one: IncidentShown) -> timedelta | None:
    """Return how long it lasted; dirty history that ends before it starts lasted nothing."""
    end = one.resolved_at
    return max(end - one.started_at, timedelta(0)) if end else None


@register.filter
def month_value(one: Month) -> str:
    return f"{one.year:04}-{one.month:02}"


@register.filter
def as_json(value: object) -> str:
    return json.dumps(value)


@register.simple_tag
def due(at: datetime | None, now: datetime) -> SafeString:
    """Show until when something must be said, and how long that is; a script counts it down."""
    if at is None:
        return SafeString("")
    late = at <= now
    left = duration(abs(at - now))
    said = f"overdue by {left}" if late else f"in {left}"
    return format_html(
        '<span class="until{}">by {} <span data-due="{}">{}</span></span>',
        " is-late" if late else "", when(at), at.isoformat(), said,
    )  # fmt: skip
