from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.probes import actions, queries
from troth.probes.forms.heartbeat import HeartbeatForm
from troth.probes.views import asking, found
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_safe
@requires("viewer")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one heartbeat; its address to editors only."""
    now = clock.now()
    detail = queries.heartbeat_detail(slug, at=now)
    if detail is None:
        raise Http404(f"there is no heartbeat {slug}")
    context = {
        "detail": detail,
        "shown": detail.shown,
        "state": "unknown" if detail.shown.no_data else detail.shown.state,
        **(_addresses(slug) if person(request).may("editor") else {}),
        "now": now,
    }
    return render(request, "probes/heartbeat.html", context)


def _addresses(slug: str) -> dict[str, str]:
    """Return where it reports; nothing where its key was sealed with another key."""
    base, row = str(settings.TROTH.base_url).rstrip("/"), found.heartbeat(slug)
    try:
        return {
            "address": base + queries.ping_path(row),
            "by_name": base + queries.slug_path(slug),
            "by_mail": queries.mail_to(row),
        }
    except ValueError:
        return {}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a new heartbeat; declare it."""
    return asking.new(request, _NOUN, HeartbeatForm(request.POST or None, base=None))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    row = found.heartbeat(slug)
    asking.refuse_if_kept_in_files(row)
    form = HeartbeatForm(request.POST or None, base=queries.heartbeat_document(row))
    return asking.edit(request, _NOUN, form, slug)


_NOUN = asking.Noun(actions.declare_heartbeat, "probes:heartbeat", "is awaited")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def key(request: HttpRequest, slug: str) -> HttpResponse:
    """Give it another address."""
    row = found.heartbeat(slug)
    if request.method == "POST":
        actions.new_key(heartbeat=row, author=person(request), now=clock.now())
        messages.success(request, "It has a new address; the old one is unknown from now on.")
        return redirect("probes:heartbeat", slug=slug)
    question = Question(
        title=f"A new address for “{row.name}”",
        text="Whatever reports to the present address must be told the new one.",
        button="Make a new address",
        danger=True,
        back_url=request.path.removesuffix("key/"),
    )
    return ask(request, question)
