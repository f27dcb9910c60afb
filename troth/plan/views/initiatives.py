"""One initiative: what it is to change, when it reached customers, what it changed."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.plan import actions, drawing, forms, queries
from troth.plan.models import Initiative
from troth.plan.queries.days import today
from troth.plan.views.asking import Asked, ask, do, given
from troth.plan.views.goals import PLAN
from troth.staff.access import person, requires

_BOTH = ["GET", "HEAD", "POST"]


@require_safe
@requires("viewer")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one initiative, with the days before and after it."""
    one, now = _found(uid), clock.now()
    measured = None
    if one.expectation and one.row.shipped_on:
        measured = queries.measured(one.expectation, at=now)
    said = list(one.row.expectations.all())[:-1]
    earlier = [(each, queries.was_late(each, shipped_on=one.row.shipped_on)) for each in said]
    context = {
        "one": one, "row": one.row, "measured": measured, "earlier": earlier, "today": today(now),
        "chart": drawing.picture(measured) if measured else "",
    }  # fmt: skip
    return render(request, "plan/initiative.html", context)


@require_http_methods(_BOTH)
@requires("editor")
def new(request: HttpRequest, uid: str) -> HttpResponse:
    """Add an initiative to the goal of that uid."""
    goal = queries.goal(uid, now=clock.now())
    if goal is None:
        raise Http404("there is no goal of this name")
    form = forms.TaskForm(given(request), initial={"owner": person(request).pk})

    def act(form: forms.TaskForm) -> str:
        row = actions.undertake(goal=uid, task=form.task(), token=form.cleaned_data["token"],
                                by=person(request), now=clock.now())  # fmt: skip
        return reverse("plan:expect", args=[row.uid])

    back = reverse("plan:goal", args=[uid])
    asked = Asked(title="New initiative", button="Undertake it", back=back,
                  trail=(PLAN, (goal.row.name, back)),
                  lead="What you do. Next you say what it is to change.")  # fmt: skip
    return ask(request, asked, form, act)


@require_http_methods(_BOTH)
@requires("editor")
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change an initiative."""
    row = _found(uid).row
    start = {"name": row.name, "text": row.text, "owner": row.owner_id, "turn": row.turn,
             "starts_on": row.starts_on, "due_on": row.due_on}  # fmt: skip
    form = forms.TaskForm(given(request), initial=start)

    def act(form: forms.TaskForm) -> str:
        actions.change_task(uid=uid, task=form.task(), turn=form.cleaned_data["turn"],
                            by=person(request), now=clock.now())  # fmt: skip
        return _at(uid)

    return ask(request, _asked(row, "Change the initiative", "Change it"), form, act, row=row)


@require_http_methods(_BOTH)
@requires("editor")
def expect(request: HttpRequest, uid: str) -> HttpResponse:
    """Say what it is to change, before that is known."""
    one = _found(uid)
    said = one.expectation
    start: dict[str, object] = {"turn": one.row.turn}
    if said:
        start |= {"stream": said.stream_id, "least": said.least, "days": said.days}
    form = forms.WishForm(given(request), initial=start)

    def act(form: forms.WishForm) -> str:
        actions.expect(uid=uid, wish=form.wish(), turn=form.cleaned_data["turn"],
                       by=person(request), now=clock.now())  # fmt: skip
        return _at(uid)

    lead = ("Written before it reaches customers, it cannot be fitted to what comes out. "
            "Written later, it says so for ever.")  # fmt: skip
    asked = _asked(one.row, "What is it to change?", "Write it down", lead=lead)
    return ask(request, asked, form, act, row=one.row)


@require_http_methods(_BOTH)
@requires("editor")
def ship(request: HttpRequest, uid: str) -> HttpResponse:
    """Say when it reached customers."""
    row = _found(uid).row
    day: date = row.shipped_on or today(clock.now())
    form = forms.ShipForm(given(request), initial={"turn": row.turn, "on": day})

    def act(form: forms.ShipForm) -> str:
        said = form.cleaned_data
        actions.ship(uid=uid, on=said["on"], turn=said["turn"], by=person(request), now=clock.now())
        return _at(uid)

    lead = ("From the next day on its effect is watched. What was expected on that day or later "
            "is marked as said afterwards.")  # fmt: skip
    return ask(request, _asked(row, "It reached customers", "Write it down", lead=lead), form, act,
               row=row)  # fmt: skip


@require_http_methods(_BOTH)
@requires("editor")
def drop(request: HttpRequest, uid: str) -> HttpResponse:
    """Say that it will not be done."""
    row = _found(uid).row
    form = forms.DropForm(given(request), initial={"turn": row.turn})

    def act(form: forms.DropForm) -> str:
        said = form.cleaned_data
        actions.drop(uid=uid, why=said["why"], turn=said["turn"], by=person(request),
                     now=clock.now())  # fmt: skip
        return _at(uid)

    return ask(request, _asked(row, "It will not be done", "Drop it"), form, act, row=row)


@require_POST
@requires("editor")
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """Take back that it was shipped, or dropped."""
    row = _found(uid).row

    def act(turn: int) -> Initiative:
        back = actions.resume if row.dropped_at else actions.unship
        return back(uid=uid, turn=turn, by=person(request), now=clock.now())

    return do(request, _at(uid), act, "It is as before.")


def _asked(row: Initiative, title: str, button: str, *, lead: str = "") -> Asked:
    goal = (row.goal.name, reverse("plan:goal", args=[row.goal.uid]))
    return Asked(title=title, button=button, back=_at(row.uid), lead=lead,
                 trail=(PLAN, goal, (row.name, _at(row.uid))))  # fmt: skip


def _at(uid: str) -> str:
    return reverse("plan:initiative", args=[uid])


def _found(uid: str) -> queries.InitiativeShown:
    one = queries.initiative(uid, now=clock.now())
    if one is None:
        raise Http404("there is no initiative of this name")
    return one
