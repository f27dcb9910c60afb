"""What monitors and heartbeats have in common: pausing and retiring."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from troth.core import clock
from troth.probes import actions
from troth.probes.models import Monitor
from troth.probes.views import found
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_POST
@requires("editor")
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Pause, or go on."""
    row = found.watch(slug)
    if row.paused_at is None:
        actions.pause(watch=row, author=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” is paused: no data from now on.")
    else:
        actions.resume(watch=row, author=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” is watched again.")
    return redirect(_screen(row), slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def retirement(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop watching for good."""
    row = found.watch(slug)
    if request.method == "POST":
        actions.retire(watch=row, author=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” is retired.")
        return redirect("probes:index")
    question = Question(
        title=f"Retire “{row.name}”",
        text="It is watched no more. What it saw stays among the signals.",
        button="Retire it",
        danger=True,
        back_url=request.path.removesuffix("retirement/"),
    )
    return ask(request, question)


def _screen(row: object) -> str:
    return "probes:monitor" if isinstance(row, Monitor) else "probes:heartbeat"
