"""Who is on call: routes, escalations, and what rings now."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.problems import DocumentError
from troth.notify.actions.escalating import declare_escalation, retire_escalation
from troth.notify.actions.routing import end_route, route
from troth.notify.actions.trying import send_test
from troth.notify.forms.duty import EscalationForm, RouteForm
from troth.notify.models import Escalation, Subscription
from troth.notify.queries import duty as queries
from troth.staff.access import person, requires
from troth.staff.actions import note

METHODS = ["GET", "HEAD", "POST"]


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what rings now, who is rung when, and where."""
    context = {
        "ringing": queries.ringing(),
        "routes": queries.routes(),
        "escalations": queries.escalations(),
        "now": clock.now(),
    }
    return render(request, "notify/desk/duty.html", context)


@require_http_methods(METHODS)
@requires("owner")
def new_route(request: HttpRequest) -> HttpResponse:
    """Ask for a place where our own people are rung, or an account that we post to."""
    form = RouteForm(request.POST or None)
    if form.is_valid():
        filled = form.cleaned_data
        try:
            route(
                name=filled["name"], channel=filled["channel"], address=filled["address"],
                outlet=form.chosen_outlet(), events=form.events(), floor=form.severity(),
                author=person(request), now=clock.now(),
            )  # fmt: skip
        except DocumentError as error:
            _refuse(form, error)
        else:
            messages.success(request, f"“{filled['name']}” hears of it from now on.")
            return redirect("messages:duty")
    return _ask(request, form, "A new route", "Where our own people are rung, or where we post.")


@require_http_methods(METHODS)
@requires("owner")
def route_end(request: HttpRequest, uid: str) -> HttpResponse:
    row = Subscription.objects.filter(uid=uid, is_ours=True, ended_at=None).first()
    if row is None:
        raise Http404("there is no such route")
    if request.method == "POST":
        end_route(route=row, author=person(request), now=clock.now())
        messages.success(request, f"“{row.note}” hears nothing more.")
        return redirect("messages:duty")
    text = "Nothing is rung or posted there any more. Escalations that name it go on without it."
    return _confirm(request, f"End “{row.note}”?", text, "End it")


@require_POST
@requires("editor")
def route_test(request: HttpRequest, uid: str) -> HttpResponse:
    """Send a test to a route, through the outbox as an alarm goes."""
    row = Subscription.objects.filter(uid=uid, is_ours=True, ended_at=None).first()
    if row is None:
        raise Http404("there is no such route")
    now = clock.now()
    told = send_test(subscription=row, by=person(request).shown_name, now=now)
    note(actor=person(request), verb="tested", thing="route", thing_id=uid, now=now)
    messages.success(
        request, f"A test is on its way to “{row.note}”. What comes of it stands here."
    )
    return redirect("messages:thread", uid=told.thread.uid)


@require_http_methods(METHODS)
@requires("owner")
def new_escalation(request: HttpRequest) -> HttpResponse:
    form = EscalationForm(request.POST or None)
    if form.is_valid() and Escalation.objects.filter(slug=form.cleaned_data["slug"]).exists():
        form.add_error("slug", "There is one of that name already.")
    title = "A new escalation"
    return _declared(request, form) or _ask(request, form, title, _ESCALATION)


@require_http_methods(METHODS)
@requires("owner")
def escalation(request: HttpRequest, slug: str) -> HttpResponse:
    row = _found(slug)
    if row.managed_by:
        raise Http404(f"{slug} is kept in files")
    form = EscalationForm(request.POST or None, is_new=False, initial=_initial(row))
    return _declared(request, form) or _ask(request, form, f"Change {row.name}", _ESCALATION)


@require_http_methods(METHODS)
@requires("owner")
def escalation_end(request: HttpRequest, slug: str) -> HttpResponse:
    row = _found(slug)
    if request.method == "POST":
        retire_escalation(row=row, author=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” rings for nothing new.")
        return redirect("messages:duty")
    text = "It rings for nothing new. Alarms that ring already go on."
    return _confirm(request, f"Retire “{row.name}”?", text, "Retire it")


_ESCALATION = (
    "Each step rings its routes after so many minutes, until somebody says “I have it” or it is "
    "over. A step without routes is left out."
)


def _declared(request: HttpRequest, form: EscalationForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    filled = form.cleaned_data
    try:
        declare_escalation(
            slug=filled["slug"], name=filled["name"], steps=form.steps(), floor=form.severity(),
            author=person(request), now=clock.now(),
        )  # fmt: skip
    except DocumentError as error:
        _refuse(form, error)
        return None
    messages.success(request, f"“{filled['name']}” rings from now on.")
    return redirect("messages:duty")


def _initial(row: Escalation) -> dict[str, Any]:
    found: dict[str, Any] = {"slug": row.slug, "name": row.name, "floor": str(row.floor)}
    for number, step in enumerate(row.steps, 1):
        found[f"after_{number}"] = step["after"]
        found[f"routes_{number}"] = step["subscriptions"]
    return found


def _found(slug: str) -> Escalation:
    row = Escalation.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        raise Http404(f"there is no escalation {slug}")
    return row


def _refuse(form: RouteForm | EscalationForm, error: DocumentError) -> None:
    for problem in error.problems:
        name = problem.field if problem.field in form.fields else None
        form.add_error(name, problem.message[:1].upper() + problem.message[1:])


def _ask(
    request: HttpRequest, form: RouteForm | EscalationForm, title: str, text: str
) -> HttpResponse:
    context = {"form": form, "title": title, "text": text}
    status = 422 if form.errors else 200
    return render(request, "notify/desk/duty_form.html", context, status=status)


def _confirm(request: HttpRequest, title: str, text: str, button: str) -> HttpResponse:
    context = {
        "title": title, "text": text, "button": button, "danger": True,
        "back_url": "/desk/messages/on-call/",
    }  # fmt: skip
    return render(request, "ui/confirm.html", context)
