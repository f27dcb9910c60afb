"""What was told, to whom it went, and which channel does not have it yet."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.paging import CursorError
from troth.notify.actions import alarms
from troth.notify.queries import deliveries
from troth.notify.queries import threads as queries
from troth.notify.rules.events import TO_ONE, Purpose
from troth.notify.views import seeing
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask
from troth.ui.shortcuts import page_or_part

_PURPOSES = {
    "": "Everything", Purpose.STATUS: "Incidents and maintenance", Purpose.PROMISES: "Promises",
    Purpose.BREACH: "Breaches", Purpose.OPERATIONS: "Alarms and tests", Purpose.IDEAS: "Ideas",
    Purpose.PROOF: "Certificates", Purpose.DIGEST: "Digests",
}  # fmt: skip


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what was told, newest first; what is not told everywhere stands above."""
    now, asked = clock.now(), request.GET
    purpose = asked.get("purpose", "")
    purpose = purpose if purpose in _PURPOSES else ""
    search = asked.get("search", "").strip()[:200]
    try:
        page = queries.threads(purpose=purpose, search=search, after=asked.get("after"))
    except CursorError:
        return redirect("messages:threads")
    is_first = not (purpose or search or asked.get("after"))
    context = {
        "page": page,
        "behind": queries.behind(now=now) if is_first else [],
        "purposes": _PURPOSES,
        "purpose": purpose,
        "search": search,
        "is_first": is_first,
        "is_standing": deliveries.is_standing(at=now),
        "now": now,
    }
    template = page_or_part(request, "notify/desk/threads.html", part="rows")
    return render(request, template, context)


@require_safe
@requires("viewer")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one story: its revisions, and what each channel really has."""
    now, shown = clock.now(), _readable(request, uid)
    context = {"shown": shown, "now": now, "is_standing": deliveries.is_standing(at=now)}
    return render(request, page_or_part(request, "notify/desk/thread.html", part="story"), context)


@require_POST
@requires("support")
def acknowledge(request: HttpRequest, uid: str) -> HttpResponse:
    """Say “mine”: the alarm rings no further."""
    now = clock.now()
    shown = queries.thread(uid, now=now)
    if shown is None:
        raise Http404("nothing of this name was told")
    by = person(request).shown_name
    if alarms.acknowledge(about=shown.row.about, by=by, now=now):
        messages.success(request, "It is yours. It rings no further, and those it rang know.")
    else:
        messages.info(request, "Nothing rings here: it is over, or somebody has it.")
    return redirect("messages:thread", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support")
def over(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask, then say to all who were rung that it is over."""
    now = clock.now()
    shown = queries.thread(uid, now=now)
    if shown is None or not shown.alarms:
        raise Http404("no alarm of this name was raised")
    if request.method != "POST":
        question = Question(
            title=f"Is “{shown.row.title}” over?", button="It is over",
            text="It rings no further, and everybody who was rung hears that it is over.",
            back_url="../",
        )  # fmt: skip
        return ask(request, question)
    by = person(request).shown_name
    if alarms.clear_alarm(about=shown.row.about, why=f"{by} says that it is over.", by=by, now=now):
        messages.success(request, "It is over, and those whom it rang know.")
    else:
        messages.info(request, "It was over before.")
    return redirect("messages:thread", uid=uid)


@require_safe
@requires("viewer")
def said(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a revision as each channel says it in each language; the newest unless asked."""
    shown = _readable(request, uid)
    one = _revision(request, shown)
    mail_url = f"{reverse('messages:thread_mail', args=(uid,))}?number={one.number}&"
    context = {"shown_thread": shown, "one": one, **seeing.said(request, one.story, mail_url)}
    return seeing.framing(render(request, "notify/desk/thread_said.html", context))


@xframe_options_sameorigin
@require_safe
@requires("viewer")
def mail(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the mail of a revision as HTML, in one language."""
    return seeing.as_mail(request, _revision(request, _readable(request, uid)).story)


def _readable(request: HttpRequest, uid: str) -> queries.ThreadShown:
    shown = queries.thread(uid, now=clock.now())
    if shown is None:
        raise Http404("nothing of this name was told")
    if shown.row.event in TO_ONE and not person(request).may("support"):
        raise PermissionDenied("This is between one person and support: it needs the role support.")
    return shown


def _revision(request: HttpRequest, shown: queries.ThreadShown) -> queries.ToldShown:
    asked = request.GET.get("number", "")
    found = (one for one in shown.tellings if str(one.number) == asked)
    return next(found, shown.tellings[0])
