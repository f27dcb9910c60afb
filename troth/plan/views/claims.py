"""Numbers that others say, each with its source, and our own figure beside it."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.core.sheets import Row
from troth.plan import actions, forms, queries
from troth.plan.models import Claim
from troth.plan.views.asking import Asked, ask, given
from troth.plan.views.goals import PLAN
from troth.staff.access import person, requires
from troth.ui.sheets import csv_file

_BOTH = ["GET", "HEAD", "POST"]
_HERE = ("Cited claims", "/desk/plan/claims/")


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the register."""
    asked = request.GET
    search, retired = asked.get("search", "").strip()[:200], asked.get("retired") == "1"
    found = queries.claims(now=clock.now(), search=search, retired=retired)
    context = {"claims": found, "search": search, "retired": retired,
               "is_first": not search and not retired}  # fmt: skip
    return render(request, "plan/claims.html", context)


@require_http_methods(_BOTH)
@requires("editor")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a claim."""
    form = forms.ClaimForm(given(request))

    def act(form: forms.ClaimForm) -> str:
        actions.claim(quote=form.quote(), token=form.cleaned_data["token"], by=person(request),
                      now=clock.now())  # fmt: skip
        return reverse("plan:claims")

    return ask(request, _asked("New claim", "Enter it"), form, act)


@require_http_methods(_BOTH)
@requires("editor")
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a claim."""
    row = _found(uid)
    names = ("text", "number", "source", "link", "said_on", "doubt", "ours", "used_in", "turn")
    form = forms.ClaimForm(given(request), initial={name: getattr(row, name) for name in names})

    def act(form: forms.ClaimForm) -> str:
        actions.write_claim(uid=uid, quote=form.quote(), turn=form.cleaned_data["turn"],
                            by=person(request), now=clock.now())  # fmt: skip
        return reverse("plan:claims")

    return ask(request, _asked("Change the claim", "Change it"), form, act, row=row)


@require_http_methods(_BOTH)
@requires("editor")
def end(request: HttpRequest, uid: str) -> HttpResponse:
    """Say that we quote it no longer, or that we do again."""
    row = _found(uid)
    back = row.retired_at is not None
    form = forms.TurnForm(given(request), initial={"turn": row.turn})

    def act(form: forms.TurnForm) -> str:
        actions.retire(uid=uid, back=back, turn=form.cleaned_data["turn"], by=person(request),
                       now=clock.now())  # fmt: skip
        return reverse("plan:claims")

    title, button = ("Quote it again", "Quote it again") if back else (
        "Quote it no longer", "Retire it")  # fmt: skip
    return ask(request, _asked(title, button, lead=row.text), form, act, row=row)


@require_safe
@requires("viewer")
def export(request: HttpRequest) -> StreamingHttpResponse:  # noqa: ARG001 - a view's
    """Return the register as a table."""
    return csv_file("claims", _COLUMNS, _rows())


_COLUMNS = ("claim", "number", "source", "link", "said_on", "what_speaks_against_it", "used_in",
            "ours", "value", "low", "high", "n", "unit")  # fmt: skip


def _rows() -> list[Row]:
    return [_row(one) for one in queries.claims(now=clock.now())]


def _row(one: queries.ClaimShown) -> Row:
    row, ours = one.row, one.ours
    figure = (ours.value, ours.low, ours.high, ours.n, ours.unit) if ours else (None,) * 5
    return (row.text, row.number, row.source, row.link, row.said_on, row.doubt, row.used_in,
            row.ours, *figure)  # fmt: skip


def _asked(title: str, button: str, *, lead: str = "") -> Asked:
    return Asked(title=title, button=button, back=reverse("plan:claims"), trail=(PLAN, _HERE),
                 lead=lead)  # fmt: skip


def _found(uid: str) -> Claim:
    row = queries.one_claim(uid)
    if row is None:
        raise Http404("there is no claim of this name")
    return row
