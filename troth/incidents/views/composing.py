"""The composer: open, rewrite a draft, update, resolve, reopen; each with a preview first."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.incidents import actions, channels, queries
from troth.incidents.actions import Message, Opening
from troth.incidents.forms import composing
from troth.incidents.forms.composing import FORMS, OpeningForm
from troth.incidents.rules.cadence import Grid
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import IncidentShown
from troth.incidents.views import found
from troth.staff.access import person, requires

METHODS = ["GET", "HEAD", "POST"]
_TITLES = {"update": "Say something more", "resolve": "Say that it is over",
           "reopen": "Say that it is not over"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way through the composer: what each of its buttons does. Each `act` gives a uid."""

    title: str
    form: Any
    send: Callable[[], str] | None  # None: not by this person, or not yet
    keep: Callable[[], str]  # as a draft or a proposal
    rehearse: Callable[[], str]
    sent: str
    kept: str
    back: str
    keep_word: str = "Keep as a draft"
    inside: Inside | None = None


@require_http_methods(METHODS)
@requires("support")
@found.sent_once
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident by hand or from a template."""
    now = clock.now()
    initial = composing.for_opening(_prepared(request), now=now)
    form = OpeningForm(request.POST or None, initial=initial, zone=found.zone(request))

    def open_(*, publish: bool = False) -> str:
        said = {"by": person(request), "now": now, "token": form.cleaned_data["token"]}
        return actions.open_(opening=form.opening(), publish=publish, **said).uid

    def rehearse() -> str:
        opening = replace(form.opening(), two_person=False)
        return actions.open_(opening=opening, publish=True, by=person(request), now=now).uid

    way = Way(
        title="New incident", form=form, keep=open_, rehearse=rehearse,
        send=_if_editor(request, lambda: open_(publish=True)), back="/desk/status/incidents/",
        sent="It is public.", kept="It is a draft. Nobody outside sees it.",
    )  # fmt: skip
    return answer(request, way)


@require_http_methods(METHODS)
@requires("support")
@found.sent_once
def redraft(request: HttpRequest, uid: str) -> HttpResponse:
    """Write a draft anew, or publish it."""
    inside, now = _draft(uid), clock.now()
    initial = composing.for_draft(inside, now=now)
    form = OpeningForm(request.POST or None, initial=initial, zone=found.zone(request))
    del form.fields["two_person"]
    by = person(request)

    def keep() -> str:
        opening = form.opening()
        turn = form.cleaned_data["turn"]
        actions.redraft(uid=uid, message=opening.message, by=by, now=now, turn=turn)
        if opening.started_at and opening.started_at != initial["started_at"]:
            # What a minute hides is no change: a monitor's draft began to the second.
            actions.backdate(uid=uid, started_at=opening.started_at, by=by, now=now)
        return uid

    def send() -> str:
        def publish() -> None:
            keep()
            with suppress(actions.NeedsSecond):  # it waits, changed as it is, for somebody else
                actions.publish(uid=uid, by=by, now=now)

        found.once(request, "publish", publish)()
        return uid

    def rehearse() -> str:
        keep()
        actions.publish(uid=found.alone(uid), by=by, now=now)
        return uid

    way = Way(
        title="Draft", form=form, keep=keep, send=_if_editor(request, send), rehearse=rehearse,
        sent="It is public.", kept="The draft is kept.", inside=inside,
        back=f"/desk/status/incidents/{uid}/",
    )  # fmt: skip
    return answer(request, way)


def _draft(uid: str) -> Inside:
    inside = found.inside(uid)
    if inside.is_public or inside.is_discarded:
        raise Http404("this is no draft")
    return inside


@require_http_methods(METHODS)
@requires("support")
@found.sent_once
def say(request: HttpRequest, uid: str, way: str) -> HttpResponse:
    """Update, resolve or reopen what is public."""
    inside, now = found.inside(uid), clock.now()
    if (
        not inside.is_public
        or inside.shown.merged_into
        or (way == "reopen") == inside.shown.is_open
    ):
        raise Http404("nothing more is said about this here")
    initial = composing.for_update(inside, now=now)
    choices = composing.states_for(inside, way) if way != "resolve" else ()
    zone = found.zone(request)
    form = FORMS[way](request.POST or None, initial=initial, choices=choices, zone=zone)
    by = person(request)

    def send(message: Message | None = None, token: str = "", *, propose: bool = False) -> str:
        said: dict[str, Any] = {"message": message or form.message, "by": by, "now": now}
        said["token"] = token
        if way == "reopen":
            actions.reopen(uid=uid, **said)
        elif propose or way == "update":
            turn = form.cleaned_data.get("turn")
            actions.update(uid=uid, propose=propose, turn=turn, **said)
        else:
            actions.resolve(uid=uid, turn=form.cleaned_data.get("turn"), **said)
        return uid

    def token() -> str:
        return str(form.cleaned_data["token"])

    proposes = way != "reopen"
    built = Way(
        title=_TITLES[way], form=form, inside=inside, back=f"/desk/status/incidents/{uid}/",
        send=_if_editor(request, lambda: send(token=token())),
        keep=(lambda: send(token=token(), propose=True)) if proposes else _never,
        rehearse=lambda: send(message=form.message) if found.alone(uid) else uid,
        sent="It is public.", kept="It is proposed. An editor sends it.",
        keep_word="Propose it" if proposes else "",
    )  # fmt: skip
    return answer(request, built)


def _never() -> str:
    raise PermissionDenied("only an editor reopens an incident")


def _if_editor(request: HttpRequest, act: Callable[[], str]) -> Callable[[], str] | None:
    return act if found.publishes(request) else None


def answer(request: HttpRequest, way: Way) -> HttpResponse:
    """Show the form, its preview, or do what its button says."""
    preview: IncidentShown | None = None
    if request.method == "POST" and way.form.is_valid():
        do = request.POST.get("do", "preview")
        if do == "preview":
            preview = _preview(way)
        elif (uid := _sent(way, do)) is not None:
            messages.success(request, _said(uid, way, do))
            return found.back(uid)
    # The way itself stays here: a template calls what it finds callable.
    context = {
        "title": way.title, "back": way.back, "inside": way.inside, "keep_word": way.keep_word,
        "may_send": way.send is not None, "form": way.form, "preview": preview,
        "templates": queries.templates(),
        "channels": channels.of(preview) if preview else [], "grid": _paces(queries.grid()),
        "now": clock.now(), "is_new": way.inside is None,
    }  # fmt: skip
    status = 422 if way.form.is_bound and way.form.errors else 200
    return render(request, "incidents/compose.html", context, status=status)


def _preview(way: Way) -> IncidentShown | None:
    seen: list[IncidentShown] = []
    way.form.done(lambda: seen.append(found.rehearsed(way.rehearse)))
    return seen[0] if seen else None


def _sent(way: Way, do: str) -> str | None:
    act = way.send if do == "send" else way.keep
    if act is None:
        raise PermissionDenied("This needs the role editor: what goes out is sent by an editor.")
    uids: list[str] = []
    return uids[0] if way.form.done(lambda: uids.append(act())) else None


def _said(uid: str, way: Way, do: str) -> str:
    """Say what became of it: what two people publish waits for the second."""
    inside = found.inside(uid)
    if do != "send":
        return way.kept
    # A machine's proposal may wait beside what was sent.
    if not inside.is_public or (inside.two_person and inside.proposals):
        return "It waits for another person to sign it off. Nothing went out yet."
    return f"{way.sent} Revision {inside.shown.revision}."


def _prepared(request: HttpRequest) -> Opening:
    slug = request.GET.get("template", "")
    template = queries.template(slug) if slug else None
    if slug and template is None:
        raise Http404("there is no template of this name")
    return actions.prepared(template) if template else Opening(name="", message=Message(body=""))


def _paces(grid: Grid) -> dict[str, dict[str, int]]:
    """Return the cadence in seconds, for the field that fills itself in."""
    return {
        str(urgency): {
            "every": int(pace.every.total_seconds()),
            "first": int((pace.at_first or pace.every).total_seconds()),
            "within": int(pace.for_the_first.total_seconds()),
        }
        for urgency, pace in grid.paces.items()
    }
