"""Breaches: the register, reporting one, what is known by now, notices in phases, the letter."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.actions import Message, Opening
from troth.incidents.forms import composing
from troth.incidents.forms.breaching import FindingsForm, NoticeForm, ReportForm
from troth.incidents.rules import letter as letters
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import Kind
from troth.incidents.views import found, showing
from troth.incidents.views.composing import METHODS, Way, answer
from troth.staff.access import person, requires


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the register of Art. 33 (5) GDPR, the latest first."""
    now = clock.now()
    context = {"register": queries.breach_register(at=now), "now": now,
               "may_report": found.publishes(request)}  # fmt: skip
    return render(request, "incidents/breaches.html", context)


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def report(request: HttpRequest) -> HttpResponse:
    """Report a breach: its 72 hours run from when we knew, draft or public."""
    now = clock.now()
    empty = Opening(name="", message=Message(body=""))
    initial = composing.for_opening(empty, now=now)
    form = ReportForm(request.POST or None, initial=initial, zone=found.zone(request))

    def open_(*, publish: bool = False, rehearsal: bool = False) -> str:
        opening = form.opening(Kind.BREACH)
        if form.cleaned_data["aware_at"] is None:
            raise actions.NotReady((actions.Gap("aware_at", "say since when you know"),))
        row = actions.report_breach(
            opening=opening, aware_at=form.cleaned_data["aware_at"], findings=form.findings,
            by=person(request), now=now, publish=publish and not rehearsal,
            token="" if rehearsal else form.cleaned_data["token"],
        )  # fmt: skip
        if rehearsal:
            actions.publish(uid=found.alone(row.uid), by=person(request), now=now)
        return str(row.uid)

    way = Way(
        title="Report a breach", form=form, keep=open_, back="/desk/status/breaches/",
        send=lambda: open_(publish=True), rehearse=lambda: open_(rehearsal=True),
        sent="It is public.", kept="It is a draft; its clock runs all the same.",
    )  # fmt: skip
    return answer(request, way)


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def learn(request: HttpRequest, uid: str) -> HttpResponse:
    """Say what is known by now."""
    inside = _breach(uid)
    known = inside.shown.breach
    initial = (FindingsForm.of(known) if known else {}) | {"turn": inside.turn}
    form = FindingsForm(request.POST or None, initial=initial, zone=found.zone(request))

    def do() -> object:
        said = form.cleaned_data["aware_at"]
        was = FindingsForm.of(known)["aware_at"] if known else None
        return actions.learn(uid=uid, findings=form.findings, by=person(request),
                             turn=form.cleaned_data["turn"],
                             aware_at=said if said != was else None, now=clock.now())  # fmt: skip

    if request.method == "POST" and form.is_valid() and form.done(found.once(request, "learn", do)):
        messages.success(request, "It is kept. The trail has what was known before.")
        return found.back(uid)
    context = {"inside": inside, "one": inside.shown, "form": form, "button": "Keep it",
               "title": "What is known by now"}  # fmt: skip
    return render(request, "incidents/form.html", context, status=422 if form.errors else 200)


@require_POST
@requires("editor")
@found.sent_once
def notify(request: HttpRequest, uid: str) -> HttpResponse:
    """Record that the authority or the people were told; what the notice lacks is named."""
    inside = _breach(uid)
    form = NoticeForm(request.POST, zone=found.zone(request))

    def do() -> object:
        said: dict[str, Any] = form.cleaned_data
        return actions.notify_breach(
            uid=uid, to=said["to"] or "authority", at=said["at"], is_final=said["is_final"],
            reference=said["reference"], delay_reason=said["delay_reason"], by=person(request),
            now=clock.now(),
        )  # fmt: skip

    if form.is_valid() and form.done(found.once(request, "notice", do)):
        messages.success(request, "The notice is recorded.")
        return found.back(uid, "#breach")
    return showing.shown(request, inside, forms={"notice_form": form}, status=422)


@require_POST
@requires("editor")
@found.sent_once
def watch(request: HttpRequest, uid: str) -> HttpResponse:
    """Watch the link and the hotline that people are told of."""
    _breach(uid)

    def do() -> None:
        watched, refused = actions.watch_lifelines(uid=uid, by=person(request), now=clock.now())
        if watched:
            messages.success(request, f"Watched from now on: {', '.join(watched)}.")
        for why in refused:
            messages.error(request, f"Not watched. {why}.", extra_tags="error")

    found.done(request, found.once(request, "watch", do), "")
    return found.back(uid, "#lifelines")


@require_safe
@requires("viewer")
def letter(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the letter to the people, as far as it is known; a draft's too."""
    inside = _breach(uid)
    known = inside.shown.breach
    if known is None:
        raise Http404("this is no breach")
    text = letters.letter(known, organisation=settings.TROTH.organisation,
                          address=queries.address_of(inside.shown))  # fmt: skip
    context = {"inside": inside, "one": inside.shown, "text": text}
    return render(request, "incidents/letter.html", context)


def _breach(uid: str) -> Inside:
    inside = found.inside(uid)
    if inside.shown.breach is None:
        raise Http404("this is no breach")
    return inside
