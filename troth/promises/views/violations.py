from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.promises import actions, queries
from troth.promises.forms import remedy
from troth.promises.forms.remedy import RemedyForm
from troth.promises.rules.remedies import Violation
from troth.promises.rules.terms import DocumentError
from troth.staff.access import person, requires
from troth.ui.shortcuts import page_or_part

_PAGE = 25
_CONFLICT = 409


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the ledger: every time a promise was broken, and how far its remedy is."""
    sought, problem = remedy.sought(request.GET)
    states = queries.remedy_states(replace(sought, state=""))
    context = {
        "sought": sought,
        "problem": problem,
        "days": {name: request.GET.get(name, "")[:40] for name in ("from", "to")},
        "states": states,
        "all": sum(states.values()),
        "ever": queries.Ledger().count(),
        "promises": queries.promises(),
        "page": Paginator(queries.Ledger(sought), _PAGE).get_page(request.GET.get("page")),
    }
    return render(
        request, page_or_part(request, "promises/violations.html", part="ledger"), context
    )


@require_safe
@requires("viewer")
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show one violation: when, how long, what was promised for it, what was recorded."""
    violation = _violation(number)
    return _shown(request, violation, RemedyForm(violation=violation))


@require_POST
@requires("editor")
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Record how far the remedy is, unless somebody else did meanwhile."""
    violation = _violation(number)
    form = RemedyForm(request.POST, violation=violation)
    status = _record(request, number, form) if form.is_valid() else 422
    if status:
        return _shown(request, _violation(number), form, status=status)
    messages.success(request, "Recorded. The page says so within seconds.")
    return redirect("violations:show", number=number)


def _record(request: HttpRequest, number: int, form: RemedyForm) -> int:
    """Record what is in the form; return 0, or the status that says why it was not."""
    try:
        actions.record_remedy(
            violation=number, author=person(request), now=clock.now(), **form.cleaned_data
        )
    except DocumentError as error:
        form.refuse(error)
        return 422
    except actions.Overtaken:
        form.catch_up(_violation(number).seen)
        return _CONFLICT
    return 0


def _shown(
    request: HttpRequest, violation: Violation, form: RemedyForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "violation": violation,
        "history": violation.remedies[::-1],
        "form": form,
        "now": clock.now(),
    }
    return render(request, "promises/violation.html", context, status=status)


def _violation(number: int) -> Violation:
    violation = queries.violation(number)
    if violation is None:
        raise Http404(number)
    return violation
