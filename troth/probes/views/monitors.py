from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.problems import DocumentError
from troth.probes import actions, catalogue, queries
from troth.probes.forms.monitor import MonitorForm
from troth.probes.views import found
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
    if form.is_valid() and queries.is_taken(form.cleaned_data["slug"]):
        form.add_error("slug", "There is one of that name already.")
    return _saved(request, form) or _ask(request, form, "")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    row = found.monitor(slug)
    if row.managed_by:
        raise Http404(f"{slug} is kept in files")
    form = MonitorForm(request.POST or None, kind=row.kind, base=queries.monitor_document(row))
    return _saved(request, form) or _ask(request, form, slug)


def _saved(request: HttpRequest, form: MonitorForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        row = actions.declare_monitor(
            document=form.document(), author=person(request), now=clock.now()
        )
    except DocumentError as error:
        form.refuse(error)
        return None
    messages.success(request, f"“{row.name}” is watched.")
    return redirect("probes:monitor", slug=row.slug)


def _ask(request: HttpRequest, form: MonitorForm, slug: str) -> HttpResponse:
    context = {"form": form, "kind": form.found, "slug": slug}
    status = 422 if form.errors else 200
    return render(request, "probes/edit.html", context, status=status)


@require_POST
@requires("editor")
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Have it checked at once."""
    actions.ask_now(monitor=found.monitor(slug), author=person(request), now=clock.now())
    messages.success(request, "It is checked now. The result is here in a moment.")
    return redirect("probes:monitor", slug=slug)
