"""The plan, and its goals."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.sheets import Row
from troth.metrics import wording
from troth.plan import actions, forms, queries
from troth.plan.models import Goal
from troth.plan.views.asking import Asked, ask, do, given
from troth.staff.access import person, requires
from troth.ui.sheets import csv_file

PLAN = ("Plan", "/desk/plan/")
_BOTH = ["GET", "HEAD", "POST"]


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what we want to be, what we do for it, and what it changed."""
    now, asked = clock.now(), request.GET
    search, mine = asked.get("search", "").strip()[:200], asked.get("mine") == "1"
    owner = person(request).pk if mine else None
    board = queries.board(now=now, owner=owner, search=search)
    context = {"board": board, "search": search, "mine": mine,
               "is_first": not search and not mine}  # fmt: skip
    return render(request, "plan/index.html", context)


@require_safe
@requires("viewer")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one goal and its initiatives."""
    one = _found(uid)
    fades = queries.causes_of(one.row)
    causes = [(each, wording.title(each), wording.text(each)) for each in fades]
    return render(request, "plan/goal.html", {"one": one, "causes": causes})


@require_http_methods(_BOTH)
@requires("editor")
def new(request: HttpRequest) -> HttpResponse:
    """Set a goal."""
    form = forms.GoalForm(given(request), initial={"owner": person(request).pk})

    def act(form: forms.GoalForm) -> str:
        row = actions.set_goal(aim=form.aim(), token=form.cleaned_data["token"],
                               by=person(request), now=clock.now())  # fmt: skip
        return _at(row.uid)

    lead = "Where you want to be and by when. What you do for it comes next."
    back = reverse("plan:index")
    asked = Asked(title="New goal", button="Set it", back=back, trail=(PLAN,), lead=lead)
    return ask(request, asked, form, act)


@require_http_methods(_BOTH)
@requires("editor")
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a goal."""
    row = _found(uid).row
    start = {"name": row.name, "why": row.why, "pillar": row.pillar, "owner": row.owner_id,
             "due_on": row.due_on, "turn": row.turn}  # fmt: skip
    form = forms.GoalForm(given(request), initial=start)

    def act(form: forms.GoalForm) -> str:
        actions.change_goal(uid=uid, aim=form.aim(), turn=form.cleaned_data["turn"],
                            by=person(request), now=clock.now())  # fmt: skip
        return _at(uid)

    return ask(request, _asked(row, "Change the goal", "Change it"), form, act, row=row)


@require_http_methods(_BOTH)
@requires("editor")
def close(request: HttpRequest, uid: str) -> HttpResponse:
    """Say how a goal ended."""
    row = _found(uid).row
    form = forms.CloseForm(given(request), initial={"turn": row.turn})

    def act(form: forms.CloseForm) -> str:
        said = form.cleaned_data
        actions.close(uid=uid, outcome=said["outcome"], note=said["note"], turn=said["turn"],
                      by=person(request), now=clock.now())  # fmt: skip
        return _at(uid)

    return ask(request, _asked(row, "How it ended", "Close it"), form, act, row=row)


@require_POST
@requires("editor")
def reopen(request: HttpRequest, uid: str) -> HttpResponse:
    """Open a goal again."""
    _found(uid)

    def act(turn: int) -> Goal:
        return actions.reopen(uid=uid, turn=turn, by=person(request), now=clock.now())

    return do(request, _at(uid), act, "The goal is open again.")


@require_safe
@requires("viewer")
def export(request: HttpRequest) -> StreamingHttpResponse:  # noqa: ARG001 - a view's
    """Return the plan as a table: one row an initiative."""
    board = queries.board(now=clock.now())
    rows = [_line(goal, each) for goal in (*board.open, *board.closed) for each in goal.initiatives]
    return csv_file("plan", _COLUMNS, rows)


_COLUMNS = ("goal", "pillar", "goal_due", "goal_outcome", "initiative", "owner", "state", "begins",
            "due", "shipped", "expected_of", "expected_at_least", "unit", "within_days",
            "said_late", "verdict", "effect", "low", "high")  # fmt: skip


def _line(goal: queries.GoalShown, one: queries.InitiativeShown) -> Row:
    said, found = one.expectation, one.finding
    evidence = found.evidence if found else {}
    row = one.row
    return (
        goal.row.name, goal.row.pillar, goal.row.due_on, goal.row.outcome, row.name,
        row.owner.shown_name, one.state.value, row.starts_on, row.due_on,
        row.shipped_on, said.stream.key if said else "", said.least if said else "",
        one.unit, said.days if said else "", one.said_late if said else "",
        found.verdict if found else "", *(evidence.get(name) for name in ("size", "low", "high")),
    )  # fmt: skip


def _asked(row: Goal, title: str, button: str) -> Asked:
    return Asked(
        title=title, button=button, back=_at(row.uid), trail=(PLAN, (row.name, _at(row.uid)))
    )


def _at(uid: str) -> str:
    return reverse("plan:goal", args=[uid])


def _found(uid: str) -> queries.GoalShown:
    one = queries.goal(uid, now=clock.now())
    if one is None:
        raise Http404("there is no goal of this name")
    return one
