"""Planned work: what comes, planning it with the notice said plainly, and its steps by hand."""

from collections import defaultdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.actions import NotAllowed
from troth.incidents.forms.fields import Asking
from troth.incidents.forms.planning import EndForm, PlanForm, WindowForm, WordForm
from troth.incidents.models import Series
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import IncidentShown, Kind, State
from troth.incidents.views import found
from troth.incidents.views.composing import METHODS
from troth.incidents.views.showing import notice
from troth.staff.access import person, requires

_HOME = "/desk/status/maintenance/"


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what is under way and what comes, by local day, and what comes again and again."""
    now = clock.now()
    coming = queries.upcoming(audience=queries.STAFF)
    running = [one for one in queries.open_ones(audience=queries.STAFF)
               if one.kind is Kind.MAINTENANCE]  # fmt: skip
    context = {
        "now": now, "days": _by_day(coming, found.zone(request)), "running": running,
        "series": list(Series.objects.filter(ended_at=None).order_by("name")),
        "may_plan": found.publishes(request), "zone": found.zone(request).key,
    }  # fmt: skip
    return render(request, "incidents/maintenance.html", context)


def _by_day(coming: list[IncidentShown], place: ZoneInfo) -> list[tuple[date, list[IncidentShown]]]:
    days: dict[date, list[IncidentShown]] = defaultdict(list)
    for one in coming:
        days[(one.scheduled_for or one.started_at).astimezone(place).date()].append(one)
    return sorted(days.items())


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def plan(request: HttpRequest) -> HttpResponse:
    """Announce a maintenance, or a series; first it is said what the notice means."""
    now = clock.now()
    zone = found.zone(request)
    form = PlanForm(request.POST or None, initial=PlanForm.start(zone), zone=zone)
    context: dict[str, Any] = {"form": form, "wanted": queries.grid().notice}
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") != "send":
            context["said"] = notice(form.cleaned_data["scheduled_for"], announced_at=now)
        elif (place := _planned(request, form)) is not None:
            return redirect(place)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/plan.html", context, status=status)


def _planned(request: HttpRequest, form: PlanForm) -> str | None:
    """Announce it; return where it is shown, None where something is missing."""
    asked: dict[str, Any] = {"planning": form.planning, "by": person(request), "now": clock.now()}
    uids: list[str] = []

    def do() -> str:
        if form.is_again:
            row = actions.repeat(rule=form.recurrence, zone=form.cleaned_data["zone"], **asked)
            messages.success(request, f"“{row.name}” is planned again and again.")
            return ""
        one = actions.schedule(**asked)
        messages.success(request, "It is announced.")
        return str(one.uid)

    act = found.once(request, "plan", do)
    if not form.done(lambda: uids.append(act())):
        return None
    return f"/desk/status/incidents/{uids[0]}/" if uids[0] else _HOME


@require_POST
@requires("editor")
@found.sent_once
def step(request: HttpRequest, uid: str) -> HttpResponse:
    """Start, verify or complete it by hand."""
    _maintenance(uid)

    def do() -> None:
        state = request.POST.get("state", "")
        if state not in {*State}:
            raise NotAllowed("this is no step")
        actions.go_on(uid=uid, state=State(state), body=request.POST.get("body", ""),
                      by=person(request), now=clock.now())  # fmt: skip

    found.done(request, found.once(request, "step", do), "It goes on, and the page says so.")
    return found.back(uid)


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def move(request: HttpRequest, uid: str) -> HttpResponse:
    """Move its window; what that does to the notice is said on its page."""
    inside = _maintenance(uid)
    initial = WindowForm.of(inside.shown)
    form = WindowForm(request.POST or None, initial=initial, zone=found.zone(request))

    def do() -> object:
        said = form.cleaned_data
        return actions.reschedule(
            uid=uid, scheduled_for=said["scheduled_for"], by=person(request),
            scheduled_until=said["scheduled_until"], body=said["body"], now=clock.now(),
        )  # fmt: skip

    if request.method == "POST" and form.is_valid() and form.done(found.once(request, "move", do)):
        messages.success(request, "Its window is moved.")
        return found.back(uid)
    return _form(request, inside, form, "Move its window", "Move it")


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def cancel(request: HttpRequest, uid: str) -> HttpResponse:
    """Say that it does not happen."""
    inside = _maintenance(uid)
    form = WordForm(request.POST or None)

    def do() -> object:
        body = form.cleaned_data["body"] or "This does not happen."
        return actions.cancel(uid=uid, body=body, by=person(request), now=clock.now())

    if (
        request.method == "POST"
        and form.is_valid()
        and form.done(found.once(request, "cancel", do))
    ):
        messages.success(request, "It is cancelled, and the page says so.")
        return found.back(uid)
    return _form(request, inside, form, "Cancel it", "It does not happen")


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def end(request: HttpRequest, uid: str) -> HttpResponse:
    """End a series; what is announced stays, unless one says that it does not happen."""
    series = Series.objects.filter(uid=uid, ended_at=None).first()
    if series is None:
        raise Http404("there is no series of this name")
    form = EndForm(request.POST or None)

    def do() -> None:
        gone = actions.end_series(uid=uid, body=form.cleaned_data["body"], by=person(request),
                                  now=clock.now())  # fmt: skip
        messages.success(
            request, f"“{series.name}” has ended; {gone} announced ones are cancelled."
        )

    if request.method == "POST" and form.is_valid() and form.done(found.once(request, "end", do)):
        return redirect(_HOME)
    context = {"title": f"End “{series.name}”", "button": "End it", "danger": True, "form": form,
               "text": "No further ones are announced.", "back_url": _HOME}  # fmt: skip
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)


def _maintenance(uid: str) -> Inside:
    inside = found.inside(uid)
    if inside.shown.kind is not Kind.MAINTENANCE:
        raise Http404("this is no maintenance")
    return inside


def _form(
    request: HttpRequest, inside: Inside, form: Asking, title: str, button: str
) -> HttpResponse:
    context = {"inside": inside, "one": inside.shown, "form": form, "title": title,
               "button": button}  # fmt: skip
    return render(request, "incidents/form.html", context, status=422 if form.errors else 200)
