"""One incident: what was said, what must be said next, who does what, and everything else."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.incidents import beside, queries
from troth.incidents.actions import ROLES
from troth.incidents.forms.breaching import NoticeForm
from troth.incidents.forms.crew import NoteForm, RoleForm
from troth.incidents.forms.fields import new_token
from troth.incidents.queries.lifelines import watched
from troth.incidents.rules import maintenance, states
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import IncidentShown, Kind, State
from troth.incidents.views import found
from troth.metrics import wording
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.words import duration

_TRAIL = 50


@require_safe
@requires("viewer")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one incident, draft or public."""
    return shown(request, found.inside(uid))


def shown(
    request: HttpRequest, inside: Inside, *, forms: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Show an incident, with `forms` in place of empty ones: nothing that was typed is lost."""
    one, now = inside.shown, clock.now()
    proposed = {each.uid for each in inside.proposals}
    holders = {role: next((r for r in inside.roles if r.role == role and not r.until), None)
               for role in ROLES}  # fmt: skip
    lines = watched(one.uid, one.breach) if one.breach else []
    context = {
        "inside": inside, "one": one, "now": now, "proposed": proposed,
        "updates": [each for each in one.updates if each.uid not in proposed],
        "holders": holders, "past_roles": [each for each in inside.roles if each.until],
        "others": queries.whole(one.linked, audience=queries.STAFF),
        "macro": queries.macro(one.uid, audience=queries.STAFF),
        "trail": _trail(one.uid), "note_form": NoteForm(), "role_form": RoleForm(),
        "notice_form": NoticeForm(zone=found.zone(request)),
        "may_publish": found.publishes(request),
        "may_draft": found.drafts(request), "may_reopen": _may_reopen(inside),
        "lifelines": lines, "to_watch": any(not each.is_current for each in lines),
        "is_over": one.state in states.OVER, "address": queries.address_of(one),
        "beside": beside.of(one, now=now),
        "fades": [(each, wording.title(each), wording.text(each))
                  for each in queries.fades_of(one.uid)],
        "me": person(request), "token": new_token(), **_maintenance(one), **(forms or {}),
    }  # fmt: skip
    return render(request, "incidents/show.html", context, status=status)


def _trail(uid: str) -> list[object]:
    return list(staff.trail(text=uid).filter(thing_id=uid)[:_TRAIL])


def _may_reopen(inside: Inside) -> bool:
    one = inside.shown
    return (
        inside.is_public and one.kind is not Kind.MAINTENANCE and one.state in states.OVER
        and one.merged_into is None
    )  # fmt: skip


def _maintenance(one: IncidentShown) -> dict[str, object]:
    if one.scheduled_for is None or one.announced_at is None:
        return {}
    steps = {
        State.SCHEDULED: (State.IN_PROGRESS,),
        State.IN_PROGRESS: (State.VERIFYING, State.COMPLETED),
        State.VERIFYING: (State.COMPLETED,),
    }
    return {
        "steps": steps.get(one.state, ()),
        "notice": notice(one.scheduled_for, announced_at=one.announced_at),
    }


def notice(starts_at: datetime, *, announced_at: datetime) -> str:
    """Say in one sentence whether there is enough notice, and what follows from it."""
    wanted = queries.grid().notice
    given = max(starts_at - announced_at, timedelta(0))
    if maintenance.is_in_time(announced_at=announced_at, starts_at=starts_at, notice=wanted):
        return f"Announced {_hours(given)} before: it will not count as downtime."
    return (
        f"Announced {_hours(given)} before, and we promise {_hours(wanted)}: "
        "it will count as downtime."
    )


def _hours(span: timedelta) -> str:
    """Say a span in whole hours, never rounded up: 71 h 59 min is not 72 h."""
    hours, rest = divmod(int(span.total_seconds()), 3600)
    minutes = rest // 60
    if not hours:
        return duration(timedelta(minutes=minutes)) if minutes else "less than a minute"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
