"""From a fade, one click makes what is done of it: a draft of an incident, or a goal."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from troth.core import clock
from troth.incidents import actions as incidents
from troth.metrics import queries
from troth.plan import actions as plan
from troth.staff.access import person, requires


@require_POST
@requires("editor")
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """Make a draft of an incident of a fade: nobody outside sees it."""
    if _is_good(request, number):
        return redirect("desk:fades")
    row = incidents.draft_for_fade(fade=number, by=person(request), now=clock.now())
    messages.success(request, "A draft. Nobody outside sees it until somebody publishes it.")
    return redirect("incidents:show", uid=row.uid)


@require_POST
@requires("editor")
def goal(request: HttpRequest, number: int) -> HttpResponse:
    """Set a goal in the plan for a fade: whoever clicks answers for it, in a quarter."""
    if _is_good(request, number):
        return redirect("desk:fades")
    me = person(request)
    row = plan.set_goal_for_fade(fade=number, owner=me.pk, by=me, now=clock.now())
    messages.success(request, "A goal, in a quarter, and yours: change what is otherwise.")
    return redirect("plan:goal", uid=row.uid)


def _is_good(request: HttpRequest, number: int) -> bool:
    """Say so where a fade went better than usual: there is nothing to answer. Raises Http404."""
    found = queries.fade(number)
    if found is None:
        raise Http404("there is no such fade")
    if found.is_good:
        messages.error(request, "Nothing was made of it: it went better than usual.")
    return found.is_good
