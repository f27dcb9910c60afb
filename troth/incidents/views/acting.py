"""What one click does: publish, approve, throw away and take back, notes, roles, links, merges."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from troth.components.rules.results import Status
from troth.core import clock
from troth.incidents import actions, channels
from troth.incidents.forms.crew import (
    CorrectionForm,
    EditForm,
    FactsForm,
    NoteForm,
    OtherForm,
    RoleForm,
)
from troth.incidents.forms.fields import Asking, initial_impacts, new_token
from troth.incidents.models import Incident, Update, UpdateImpact
from troth.incidents.rules.inside import Inside
from troth.incidents.views import found, showing
from troth.incidents.views.composing import METHODS
from troth.staff.access import person, requires


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "now": clock.now()}


@require_http_methods(METHODS)
@requires("support")
@found.sent_once
def approve(request: HttpRequest, uid: str, update: str) -> HttpResponse:
    """Show what was proposed in every channel, and send it when a second person signs."""
    inside = found.inside(uid)
    proposed = next((one for one in inside.proposals if one.uid == update), None)
    if proposed is None:
        return _not_proposed(request, uid, update)
    may = may_sign(request, inside, update)
    if request.method == "POST":
        if not may:
            raise PermissionDenied("An editor sends this; support signs off what an editor wrote.")
        act = found.once(
            request, "approve", lambda: actions.approve(update_uid=update, **_asked(request))
        )
        found.done(request, act, "It is public.")
        return found.back(uid)
    seen: list[Any] = []
    asked = _asked(request)

    def rehearse() -> str:
        found.alone(uid)
        actions.approve(update_uid=update, **asked)
        return uid

    try:
        seen.append(found.rehearsed(rehearse))
        gaps: list[str] = []
    except (actions.NotReady, actions.NotAllowed) as error:
        gaps = [str(one) for one in getattr(error, "gaps", [error])]
    context = {
        "inside": inside, "one": inside.shown, "proposed": proposed, "gaps": gaps, "may": may,
        "preview": seen[0] if seen else None, "channels": channels.of(seen[0]) if seen else [],
        "token": new_token(),
    }  # fmt: skip
    return render(request, "incidents/approve.html", context)


def _not_proposed(request: HttpRequest, uid: str, update: str) -> HttpResponse:
    """Say on the incident what became of what an old address, or the back button, names."""
    row = Update.objects.filter(uid=update, incident__uid=uid).first()
    if row is None:
        raise Http404("there is no update of this name")
    became = "it is public" if row.published_at else "it was thrown away or has lapsed"
    messages.info(request, f"This does not wait for approval any more: {became}.")
    return found.back(uid)


def may_sign(request: HttpRequest, inside: Inside, update: str) -> bool:
    """Return whether a person may let a proposal go out.

    An editor may. Support may be the second of two where the first, who wrote it, is an editor.
    """
    if found.publishes(request):
        return True
    kind, _, pk = Update.objects.values_list("written_by", flat=True).get(uid=update).partition(":")
    if not inside.two_person or kind == "ApiToken" or not pk.isdecimal():
        return False
    writer = person(request).__class__.objects.filter(pk=pk).first()
    return writer is not None and writer.may("editor")


@require_POST
@requires("support")
def throw_away(request: HttpRequest, uid: str, update: str = "") -> HttpResponse:
    """Throw away a draft or a proposal; the page that follows offers to take it back."""
    _belongs(uid, update)
    found.done(request, lambda: actions.discard(uid=update or uid, **_asked(request)),
               "It is thrown away. You can take it back below.")  # fmt: skip
    return found.back(uid, f"?undo={update}" if update else "")


@require_POST
@requires("support")
def take_back(request: HttpRequest, uid: str, update: str = "") -> HttpResponse:
    _belongs(uid, update)
    found.done(request, lambda: actions.restore(uid=update or uid, **_asked(request)),
               "It is there again.")  # fmt: skip
    return found.back(uid)


@require_POST
@requires("support")
@found.sent_once
def note(request: HttpRequest, uid: str) -> HttpResponse:
    """Leave a note that is never public."""
    return _small(request, uid, "note_form", NoteForm(request.POST), actions.note,
                  names=("text",), said="The note is kept. It is never public.",
                  place="#notes")  # fmt: skip


@require_POST
@requires("support")
@found.sent_once
def hand_over(request: HttpRequest, uid: str) -> HttpResponse:
    """Give a role to somebody."""
    return _small(request, uid, "role_form", RoleForm(request.POST), actions.hand_over,
                  names=("role", "person", "note"), said="The role is handed over.",
                  place="#roles")  # fmt: skip


def _small(  # noqa: PLR0913 - the parts of a small form
    request: HttpRequest, uid: str, slot: str, form: Asking, act: Callable[..., object],
    *, names: tuple[str, ...], said: str, place: str,
) -> HttpResponse:  # fmt: skip
    inside = found.inside(uid)

    def do() -> object:
        values: Mapping[str, Any] = {name: form.cleaned_data[name] for name in names}
        return act(uid=uid, **values, **_asked(request))

    if form.is_valid() and form.done(found.once(request, act.__name__, do)):
        found.done(request, lambda: None, said)
        return found.back(uid, place)
    return showing.shown(request, inside, forms={slot: form}, status=422)


@require_http_methods(METHODS)
@requires("support")
@found.sent_once
def edit(request: HttpRequest, uid: str, update: str) -> HttpResponse:
    """Change what an update says. What is public is changed by an editor, with a revision."""
    inside = found.inside(uid)
    said = next((one for one in inside.shown.updates if one.uid == update), None)
    if said is None:
        raise Http404("there is no update of this name")
    is_public = update not in {one.uid for one in inside.proposals}
    if is_public and inside.is_public and not found.publishes(request):
        raise PermissionDenied(
            "This needs the role editor: what is public is changed by an editor."
        )
    form = EditForm(request.POST or None, initial={"body": said.body, "turn": inside.turn})

    def do() -> object:
        value = form.cleaned_data
        return actions.edit_update(update_uid=update, body=value["body"], reason=value["reason"],
                                   turn=value["turn"], **_asked(request))  # fmt: skip

    if request.method == "POST" and form.is_valid() and form.done(found.once(request, "edit", do)):
        found.done(request, lambda: None, "It is changed; what it said before stays readable.")
        return found.back(uid)
    return _form(request, inside, form, "Change an update", "Change it")


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def correct(request: HttpRequest, uid: str, update: str) -> HttpResponse:
    """Set right what a public update says of components; their downtime is reckoned anew."""
    _belongs(uid, update)
    inside = found.inside(uid)
    said = UpdateImpact.objects.filter(update__uid=update).values_list("component", "status")
    initial: dict[str, Any] = initial_impacts({one: Status(status) for one, status in said})
    initial["turn"] = inside.turn
    form = CorrectionForm(request.POST or None, initial=initial)

    def do() -> object:
        return actions.correct_impacts(update_uid=update, impacts=form.impacts,
                                       reason=form.cleaned_data["reason"],
                                       turn=form.cleaned_data["turn"],
                                       **_asked(request))  # fmt: skip

    if (
        request.method == "POST"
        and form.is_valid()
        and form.done(found.once(request, "correct", do))
    ):
        found.done(request, lambda: None, "It is set right, and their downtime with it.")
        return found.back(uid)
    return _form(request, inside, form, "Set right what it said of components", "Set it right")


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def facts(request: HttpRequest, uid: str) -> HttpResponse:
    """Set right the name, the start, how bad it was."""
    inside = found.inside(uid)
    form = FactsForm(request.POST or None, initial=FactsForm.of(inside), zone=found.zone(request))

    def do() -> object:
        return actions.set_right(uid=uid, turn=form.cleaned_data["turn"],
                                 **form.changes(inside), **_asked(request))  # fmt: skip

    if request.method == "POST" and form.is_valid() and form.done(found.once(request, "facts", do)):
        found.done(request, lambda: None, "It is set right. The trail keeps what it said before.")
        return found.back(uid)
    return _form(request, inside, form, "Set right what is known", "Set it right")


@require_http_methods(METHODS)
@requires("editor")
@found.sent_once
def relate(request: HttpRequest, uid: str, way: str) -> HttpResponse:
    """Link with, or merge into, another incident."""
    inside = found.inside(uid)
    form = OtherForm(request.POST or None, initial={"other": request.GET.get("other", "")})

    def do() -> None:
        other = form.cleaned_data["other"]
        try:
            if way == "merge":
                actions.merge(uid=uid, into=other, **_asked(request))
            else:
                actions.link(uid=uid, other=other, **_asked(request))
        except Incident.DoesNotExist:
            form.refuse("other", "there is no incident of this name")

    if request.method == "POST" and form.is_valid() and form.done(found.once(request, way, do)):
        said = "It goes on there. You can undo this." if way == "merge" else "They are linked."
        found.done(request, lambda: None, said)
        return found.back(uid)
    title, button = ("Merge into another incident", "They were one: merge it") if way == "merge" \
        else ("Link with another incident", "Link them")  # fmt: skip
    return _form(request, inside, form, title, button)


@require_POST
@requires("editor")
def unlink(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    found.done(request, lambda: actions.unlink(uid=uid, other=other, **_asked(request)),
               "They are not linked any more.")  # fmt: skip
    return found.back(uid)


@require_POST
@requires("editor")
def unmerge(request: HttpRequest, uid: str) -> HttpResponse:
    """Undo a merge."""
    found.done(request, lambda: actions.unmerge(uid=uid, **_asked(request)),
               "Both stand for themselves again.")  # fmt: skip
    return found.back(uid)


def _belongs(uid: str, update: str) -> None:
    """Answer 404 where an address names an update of another incident."""
    rows = Update.objects.filter(uid=update, incident__uid=uid)
    if update and not rows.exists():
        raise Http404("there is no update of this name")
    found.inside(uid)


def _form(
    request: HttpRequest, inside: Inside, form: Asking, title: str, button: str
) -> HttpResponse:
    context = {"inside": inside, "one": inside.shown, "form": form, "title": title,
               "button": button}  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/form.html", context, status=status)
