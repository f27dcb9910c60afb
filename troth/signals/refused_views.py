"""The desk's list of refused lines: found, downloaded, sent again, dismissed."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.signals import actions
from troth.signals.doors import mending
from troth.signals.doors.taking import refusal_of
from troth.signals.models import RefusedLine
from troth.staff import actions as staff
from troth.staff.access import person, requires
from troth.ui.shortcuts import page_or_part

_PAGE = 50
_MOST = 10_000
_DOORS = (("api", "API"), ("cloudevents", "CloudEvents"), ("segment", "Segment"),
          ("import", "files"))  # fmt: skip


@require_safe
@requires("editor")
def refused(request: HttpRequest) -> HttpResponse:
    """Show refused lines by door and words, newest first."""
    door, words = request.GET.get("door", ""), request.GET.get("search", "").strip()[:200]
    found = mending.refused_lines(door=door, words=words)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    rows = [(line, mending.shown(line)) for line in page]
    context = {"page_obj": page, "rows": rows, "door": door, "search": words, "doors": _DOORS}
    return render(request, page_or_part(request, "signals/refused.html", part="refused"), context)


@require_safe
@requires("editor")
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Give the lines that the filter shows as NDJSON, each with why it was refused."""
    found = mending.refused_lines(
        door=request.GET.get("door", ""), words=request.GET.get("search", "")
    )
    answer = StreamingHttpResponse(
        mending.download(found.iterator(chunk_size=500)), content_type="application/x-ndjson"
    )
    answer["Content-Disposition"] = 'attachment; filename="refused.ndjson"'
    return answer


@require_POST
@requires("editor")
def again(request: HttpRequest) -> HttpResponse:
    """Send the chosen lines once more."""
    lines = _chosen(request)
    try:
        taken = mending.send_again(lines=lines, now=clock.now())
    except (actions.SpoolFull, actions.StoreBusy, actions.DiskFull) as error:
        messages.error(request, f"Not sent: {refusal_of(error)}.")
        return redirect("signals:refused")
    _note(request, "sent again", taken)
    left = len(lines) - taken
    messages.info(request, f"{taken:,} accepted, {left:,} still refused.")
    return redirect("signals:refused")


@require_POST
@requires("editor")
def dismissal(request: HttpRequest) -> HttpResponse:
    """Take the chosen lines off the list for good."""
    count = mending.dismiss(lines=_chosen(request))
    _note(request, "dismissed", count)
    messages.info(request, f"{count:,} lines are off the list.")
    return redirect("signals:refused")


def _chosen(request: HttpRequest) -> Sequence[RefusedLine]:
    """Return the lines that are ticked, or with `all` those that the filter shows."""
    found = mending.refused_lines(
        door=request.POST.get("door", ""), words=request.POST.get("search", "")
    )
    if request.POST.get("all") == "1":
        return list(found[:_MOST])
    ticked = [int(pk) for pk in request.POST.getlist("line") if pk.isdecimal()]
    return list(found.filter(pk__in=ticked))


def _note(request: HttpRequest, verb: str, count: int) -> None:
    if count:
        told = {"lines": count}
        staff.note(
            actor=person(request), verb=verb, thing="refused lines", now=clock.now(), after=told
        )
