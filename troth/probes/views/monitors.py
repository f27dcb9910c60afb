from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.probes import actions, catalogue, queries
from troth.probes.forms.monitor import MonitorForm
from troth.probes.views import asking, found
from troth.staff.access import person, requires


@require_safe
@requires("viewer")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one monitor: what each location sees, its phases, last results, turns and evidence."""
    now = clock.now()
    detail = queries.monitor_detail(slug, at=now)
    if detail is None:
        raise Http404(f"there is no monitor {slug}")
    state = "unknown" if detail.shown.no_data else detail.shown.state
    context = {
        "detail": detail,
        "shown": detail.shown,
        "state": state,
        "kind": catalogue.all_kinds().get(detail.kind),
        "now": now,
    }
    return render(request, "probes/monitor.html", context)


@require_safe
@requires("editor")
def kinds(request: HttpRequest) -> HttpResponse:
    """Ask what is to be watched."""
    return render(request, "probes/kinds.html", {"kinds": catalogue.all_kinds()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for a new monitor of a kind; declare it."""
    if kind not in catalogue.all_kinds():
        raise Http404(f"there is no kind {kind}")
    form = MonitorForm(request.POST or None, kind=kind, base=None)
    return asking.new(request, _NOUN, form, kind=form.found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    row = found.monitor(slug)
    asking.refuse_if_kept_in_files(row)
    form = MonitorForm(request.POST or None, kind=row.kind, base=queries.monitor_document(row))
    return asking.edit(request, _NOUN, form, slug, kind=form.found)


_NOUN = asking.Noun(actions.declare_monitor, "probes:monitor", "is watched")


@require_POST
@requires("editor")
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Have it checked at once."""
    actions.ask_now(monitor=found.monitor(slug), author=person(request), now=clock.now())
    messages.success(request, "It is checked now. The result is here in a moment.")
    return redirect("probes:monitor", slug=slug)
