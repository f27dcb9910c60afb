"""Calendars on the desk: business hours and holidays, what reads them, and changing them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.core.filing import FILES
from troth.promises import actions
from troth.promises.forms.calendar import CalendarForm, initial, open_days, open_hours
from troth.promises.models import Calendar
from troth.promises.queries import calendars
from troth.promises.queries.calendars import Shown
from troth.promises.rules.terms import DocumentError
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask

_BOTH = ["GET", "HEAD", "POST"]


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """List the calendars there are."""
    found = [_told(calendars.shown(row)) for row in calendars.every()]
    return render(request, "promises/calendars.html", {"calendars": found})


@require_safe
@requires("viewer")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one calendar, its holidays, and what reads it."""
    one = calendars.shown(_found(slug))
    today = clock.now().astimezone(one.hours.tz).date()
    context = {
        **_told(one), "uses": calendars.used_by(slug), "in_files": one.managed_by == FILES,
        "coming": [pair for pair in one.holidays if pair[0] >= today],
        "past": [pair for pair in reversed(one.holidays) if pair[0] < today],
    }  # fmt: skip
    return render(request, "promises/calendar.html", context)


@require_http_methods(_BOTH)
@requires("editor")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a calendar."""
    form = CalendarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if Calendar.objects.filter(slug=form.cleaned_data["name"]).exists():
            form.add_error("name", "There is a calendar of this name.")
        elif _written(request, form):
            return redirect("calendars:show", slug=form.cleaned_data["name"])
    return _asked(request, form, {"title": "New calendar", "back": reverse("calendars:index")})


@require_http_methods(_BOTH)
@requires("editor")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a calendar; its name stays."""
    one = calendars.shown(_found(slug))
    form = CalendarForm({**request.POST.dict(), "weekdays": request.POST.getlist("weekdays"),
                         "name": slug} if request.POST else None, initial=initial(one))  # fmt: skip
    if request.method == "POST" and form.is_valid() and _written(request, form):
        return redirect("calendars:show", slug=slug)
    back = reverse("calendars:show", args=[slug])
    return _asked(request, form, {"title": f"Change {one.title}", "back": back, "one": one})


def _written(request: HttpRequest, form: CalendarForm) -> bool:
    """Write down what a form says; what is wrong with it is shown at its fields."""
    try:
        actions.write_calendar(document=form.document(), author=person(request), now=clock.now())
    except DocumentError as error:
        form.refuse(error)
        return False
    except actions.CalendarInUseError as error:
        form.add_error(None, f"Nothing was changed: {error}.")
        return False
    messages.success(request, "Written down. What reads this calendar is looked at anew.")
    return True


def _asked(request: HttpRequest, form: CalendarForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "promises/calendar_edit.html", {"form": form, **context}, status=status)


@require_http_methods(_BOTH)
@requires("editor")
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove a calendar that nothing reads."""
    one = calendars.shown(_found(slug))
    back = reverse("calendars:show", args=[slug])
    if request.method == "POST":
        try:
            actions.remove_calendar(slug=slug, author=person(request), now=clock.now())
        except actions.CalendarInUseError as error:
            messages.error(request, f"Nothing was removed: {error}.")
            return redirect(back)
        messages.success(request, f"{one.title} is removed.")
        return redirect("calendars:index")
    question = Question(
        title=f"Remove {one.title}", button="Remove it", back_url=back,
        text="Its hours and holidays are forgotten. The trail keeps what it said.",
    )  # fmt: skip
    return ask(request, question)


def _told(one: Shown) -> dict[str, object]:
    return {"one": one, "days": open_days(one), "hours": open_hours(one)}


def _found(slug: str) -> Calendar:
    row = calendars.every().filter(slug=slug).first()
    if row is None:
        raise Http404("there is no calendar of this name")
    return row
