"""“I have it”, by the link in an alarm: whoever holds it was rung; nobody has to sign in at night.

A GET shows a button and changes nothing: mail scanners and chats follow every link.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.core.visitors import address_of, household
from troth.notify import links
from troth.notify.actions import alarms
from troth.notify.actions.knocking import knock
from troth.notify.queries.alarm import AlarmShown
from troth.notify.queries.alarm import alarm as found
from troth.notify.rules import limits, naming
from troth.staff.access import person

_LONGEST = 100


@csrf_exempt  # whoever holds the link may use it; nobody is signed in
@require_http_methods(["GET", "HEAD", "POST"])
def alarm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what rings and a button; with the button, say who has it."""
    thread = links.alarm(token)
    shown = found(thread) if thread else None
    if shown is None:
        return _strange(request)
    if request.method != "POST":
        return _answer(request, shown)
    who = _who(request, shown)
    if not who:
        return _answer(request, shown, "Say who you are: the others are told who has it.")
    alarms.acknowledge(about=shown.about, by=who, now=clock.now())
    return redirect("alarm", token=token)


def _who(request: HttpRequest, shown: AlarmShown) -> str:
    """Return who presses the button: signed in, one of those who were rung, or as they say."""
    if request.user.is_authenticated:
        return person(request).shown_name
    said = " ".join(request.POST.get("who", "").split())[:_LONGEST]
    return said or (shown.rung[0] if len(shown.rung) == 1 else "")


def _answer(request: HttpRequest, shown: AlarmShown, problem: str = "") -> HttpResponse:
    context = {
        "shown": shown, "desk_url": naming.desk_url(shown.about), "now": clock.now(),
        "problem": problem, "desk_links": _links(shown),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return _closed(render(request, "notify/desk/alarm.html", context, status=status))


def _links(shown: AlarmShown) -> list[str]:
    return [text for label, text in shown.story.facts if label == alarms.ON_THE_DESK]


def _strange(request: HttpRequest) -> HttpResponse:
    of, status = household(address_of(request)), HTTPStatus.NOT_FOUND
    if knock(use="strange link", of=of, limits=limits.STRANGE, now=clock.now()):
        status = HTTPStatus.TOO_MANY_REQUESTS
    return _closed(render(request, "notify/desk/alarm.html", {"shown": None}, status=status))


def _closed(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
