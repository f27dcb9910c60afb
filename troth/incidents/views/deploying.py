"""With which deploy an incident began: one click says so, another takes it back."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from troth.core import clock
from troth.incidents import actions
from troth.incidents.views import found
from troth.staff.access import person, requires


@require_POST
@requires("editor")
def began(request: HttpRequest, uid: str) -> HttpResponse:
    """Say that it began with a deploy; the post-mortem's timeline tells it where `told` is all."""
    found.inside(uid)
    source, key = request.POST.get("source", ""), request.POST.get("key", "")
    is_public = request.POST.get("told") == "all"
    found.done(
        request,
        lambda: actions.begin_with(
            uid=uid, source=source, key=key, is_public=is_public, by=person(request),
            now=clock.now(),
        ),
        "It stands in the timeline that it began with this deploy.",
    )  # fmt: skip
    return found.back(uid, "#deploys")


@require_POST
@requires("editor")
def began_not(request: HttpRequest, uid: str, number: str) -> HttpResponse:
    """Take it back."""
    found.inside(uid)
    found.done(
        request,
        lambda: actions.take_beginning_back(
            uid=uid, number=int(number), by=person(request), now=clock.now()
        ),
        "That is taken back.",
    )
    return found.back(uid, "#deploys")
