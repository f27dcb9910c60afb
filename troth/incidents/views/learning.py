"""The post-mortem: four parts, moments, follow-ups; draft, then published once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from troth.core import clock
from troth.incidents import actions
from troth.incidents.forms.learning import FollowUpForm, MomentForm, PartsForm
from troth.incidents.models import FollowUp
from troth.incidents.rules import prose
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import Kind
from troth.incidents.views import found
from troth.incidents.views.composing import METHODS
from troth.staff.access import person, requires


@require_http_methods(METHODS)
@requires("support")
@found.sent_once
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Write the four parts; an editor publishes them."""
    inside = _learned(uid)
    is_published = inside.shown.postmortem is not None
    if request.method == "POST" and is_published and not found.publishes(request):
        raise PermissionDenied("This needs the role editor: it is public.")
    form = PartsForm(request.POST or None, initial=_standing(inside))
    preview: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        do = request.POST.get("do", "keep")
        if do == "preview":
            preview = [
                (str(form[name].label), prose.html(text)) for name, text in form.parts.items()
            ]
        elif form.done(found.once(request, "postmortem", lambda: _kept(request, uid, form, do))):
            return found.back(uid, "postmortem/")
    return _shown(request, inside, {"form": form, "preview": preview})


def _standing(inside: Inside) -> dict[str, Any]:
    return {**dict(inside.parts), "turn": inside.turn}


def _kept(request: HttpRequest, uid: str, form: PartsForm, do: str) -> None:
    asked: dict[str, Any] = {"uid": uid, "by": person(request), "now": clock.now()}
    if do == "send" and not found.publishes(request):
        raise PermissionDenied("This needs the role editor: an editor publishes it.")
    actions.write_postmortem(parts=form.parts, turn=form.cleaned_data["turn"], **asked)
    if do == "send":
        actions.publish_postmortem(**asked)
    messages.success(request, "It is public." if do == "send" else "It is kept.")


@require_POST
@requires("support")
@found.sent_once
def promise(request: HttpRequest, uid: str) -> HttpResponse:
    """Say what will be done, by whom and until when."""
    inside = _learned(uid)
    form = FollowUpForm(request.POST, zone=found.zone(request))

    def do() -> object:
        said = form.cleaned_data
        return actions.promise_follow_up(uid=uid, text=said["text"], owner=said["owner"],
                                         due=said["due"], **_asked(request))  # fmt: skip

    if form.is_valid() and form.done(found.once(request, "follow-up", do)):
        return found.back(uid, "postmortem/#follow-ups")
    return _shown(request, inside, {"follow_up_form": form}, status=422)


@require_POST
@requires("support")
@found.sent_once
def moment(request: HttpRequest, uid: str) -> HttpResponse:
    """Add a line to the timeline."""
    inside = _learned(uid)
    form = MomentForm(request.POST, zone=found.zone(request))

    def do() -> object:
        said = form.cleaned_data
        return actions.note_moment(uid=uid, at=said["at"], text=said["text"],
                                   is_public=said["is_public"], **_asked(request))  # fmt: skip

    if form.is_valid() and form.done(found.once(request, "moment", do)):
        return found.back(uid, "postmortem/#timeline")
    return _shown(request, inside, {"moment_form": form}, status=422)


@require_POST
@requires("support")
def complete(request: HttpRequest, uid: str, number: int) -> HttpResponse:
    """Say that a follow-up is done, or not done after all."""
    _learned(uid)
    if not FollowUp.objects.filter(pk=number, incident__uid=uid).exists():
        raise Http404("there is no follow-up of this number")
    act = actions.reopen_follow_up if request.POST.get("do") == "reopen" \
        else actions.complete_follow_up  # fmt: skip
    found.done(request, lambda: act(follow_up=number, **_asked(request)), "")
    return found.back(uid, "postmortem/#follow-ups")


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "now": clock.now()}


def _learned(uid: str) -> Inside:
    inside = found.inside(uid)
    if inside.shown.kind is Kind.MAINTENANCE:
        raise Http404("maintenance has no post-mortem")
    return inside


def _shown(
    request: HttpRequest, inside: Inside, forms: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    zone = found.zone(request)
    context = {
        "inside": inside, "one": inside.shown, "may_publish": found.publishes(request),
        "form": PartsForm(initial=_standing(inside)), "follow_up_form": FollowUpForm(zone=zone),
        "moment_form": MomentForm(initial={"is_public": True}, zone=zone), **forms,
    }  # fmt: skip
    if any(getattr(each, "errors", None) for each in forms.values()):
        status = 422
    return render(request, "incidents/postmortem.html", context, status=status)
