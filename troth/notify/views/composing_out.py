"""A story written by hand before it goes out: each channel and language, whom it reaches, send."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.notify import previewing
from troth.notify.actions import composing, composing_sending
from troth.notify.actions.composing import ComposingError, OvertakenError
from troth.notify.models import Draft
from troth.notify.rules.composing import lacking
from troth.notify.views.composing import found
from troth.notify.views.reaching import begin
from troth.notify.views.seeing import as_mail, framing, said
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.moments import MomentField, Timed
from troth.ui.shortcuts import page_or_part


class WhenForm(Timed):
    """When a story goes out; empty means now."""

    use_required_attribute = False
    at = MomentField("Not before", help_text="Empty: now, with half a minute to take it back.")


@require_safe
@requires("support")
def preview(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a story as each channel would say it in each language, and whom it would reach."""
    row, now = found(uid), clock.now()
    story = composing_sending.story_of(row)
    context = {
        "row": row, "story": story, "now": now, **_rights(request, row),
        "when": WhenForm(zone=staff.zone_of(person(request))),
        "gaps": composing_sending.gaps(row) if row.state == Draft.WRITING else [],
    }  # fmt: skip
    template = page_or_part(request, "notify/desk/draft_preview.html", part="draft_state")
    if template.endswith("_draft_state.html"):
        return render(request, template, context)
    context |= said(request, story, f"{reverse('messages:draft_mail', args=(uid,))}?")
    if row.state != Draft.TOLD:
        context |= begin(row, story, now=now)
    languages = lacking(composing.read(row), settings.TROTH.languages)
    context["lacking"] = [previewing.language_name(one) for one in languages]
    return framing(render(request, template, context))


def _rights(request: HttpRequest, row: Draft) -> dict[str, Any]:
    """Return what who is signed in may do with it as it stands."""
    who = person(request)
    is_editor, is_two = who.may("editor"), composing.needs_two(row)
    is_author = composing.key_of(who) in composing_sending.authors(row)
    return {
        "needs_two": is_two,
        "may_send": is_editor and not (is_two and is_author),
        "is_editor": is_editor,
        "is_author": is_author,
    }


@xframe_options_sameorigin
@require_safe
@requires("support")
def mail(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the mail as HTML, in one language."""
    return as_mail(request, composing_sending.story_of(found(uid)))


@require_POST
@requires("support")
def act(request: HttpRequest, uid: str, verb: str) -> HttpResponse:
    """Do what a button says, once: a second click finds it done."""
    row = found(uid)
    if verb not in _SAID:
        raise Http404("there is nothing of this name to do")
    if verb in _OF_EDITORS and not person(request).may("editor"):
        raise PermissionDenied("This needs the role editor: what goes out is sent by an editor.")
    try:
        done = _act(request, verb, row)()
    except OvertakenError as error:
        _say_overtaken(request, row, verb, error)
    except ComposingError as error:
        messages.error(request, f"Nothing was done: {str(error)[:1000]}.")
        return redirect("messages:draft_preview", uid=uid)
    else:
        messages.success(request, _said(verb, done))
    name = "draft" if verb in _TO_THE_FORM and row.state != Draft.TOLD else "draft_preview"
    return redirect(f"messages:{name}", uid=uid)


_OF_EDITORS = frozenset({"send"})
_TO_THE_FORM = frozenset({"bring-back"})
_PLAIN: dict[str, Callable[..., Draft]] = {
    "propose": composing_sending.propose,
    "take-back": composing_sending.take_back,
    "discard": composing.discard,
    "bring-back": composing.bring_back,
}
_SAID = {
    "propose": "It waits for an editor. Nothing went out.",
    "send": "It goes out in half a minute. Until then it can be taken back.",
    "take-back": "It is taken back. Nothing went out.",
    "discard": "It is put away, and can be brought back.",
    "bring-back": "It is in your hands again.",
    "correct": "Correct it. It goes to those who got the former words.",
    "go-on": "Write the next news of it.",
}


def _act(request: HttpRequest, verb: str, row: Draft) -> Callable[[], Draft]:
    given = request.POST.get("turn", "")
    turn = int(given) if given.isdecimal() else -1
    with_: dict[str, Any] = {
        "uid": row.uid,
        "turn": turn,
        "by": person(request),
        "now": clock.now(),
    }
    if verb == "send":
        return partial(composing_sending.send, at=_at(request), **with_)
    if verb in ("correct", "go-on"):
        return partial(composing.write_anew, is_correction=verb == "correct", **with_)
    return partial(_PLAIN[verb], **with_)


def _at(request: HttpRequest) -> datetime | None:
    """Return when it is to go out. Raises ComposingError of a time that is none, or is over."""
    form = WhenForm(request.POST, zone=staff.zone_of(person(request)))
    if not form.is_valid():
        raise ComposingError("; ".join(str(error).rstrip(".") for error in form.errors["at"]))
    at: datetime | None = form.cleaned_data["at"]
    if at is not None and at < clock.now():
        raise ComposingError("that time is over; leave it empty to send it now")
    return at


def _said(verb: str, row: Draft) -> str:
    if verb == "send" and row.state == Draft.WAITING:
        return "It waits for another person, who lets it go out. Nothing went out yet."
    if verb == "send" and row.sends_at and row.sends_at - row.updated_at > composing_sending.UNDO:
        return "It is scheduled. Until then it can be taken back."
    return _SAID[verb]


def _say_overtaken(request: HttpRequest, row: Draft, verb: str, error: OvertakenError) -> None:
    if verb == "send" and row.state in (Draft.SCHEDULED, Draft.TOLD, Draft.WAITING):
        messages.info(request, "This was sent, once. Nothing was done a second time.")
    else:
        messages.error(request, f"Nothing was done: {error}. Look again.")
