"""The inbox, one report, and what is done about it."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.core.paging import CursorError
from troth.feedback import actions, queries, troubles
from troth.feedback.actions import ImpossibleError, OvertakenError
from troth.feedback.forms import AnswerForm, CloseForm, LinkForm, NoteForm, ReopenForm
from troth.feedback.queries import Choice, Opened
from troth.feedback.rules import Kind, State
from troth.staff.access import person, requires
from troth.ui.shortcuts import page_or_part


@require_safe
@requires("support")
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what came in, newest first, as it is asked for."""
    now, asked = clock.now(), request.GET
    kind, state = asked.get("kind", ""), asked.get("state", "")
    choice = Choice(
        kind=kind if kind in set(Kind) else "", state=state if state in set(State) else "",
        component=asked.get("component", "")[:12], incident=asked.get("incident", "")[:12],
        search=asked.get("search", "").strip()[:320],
    )  # fmt: skip
    try:
        page = queries.inbox(choice, after=asked.get("after"))
    except CursorError:
        return redirect("feedback:inbox")
    owed, late = queries.waiting(now=now)
    context = {
        "page": page, "choice": choice, "owed": owed, "late": late, "now": now,
        "kinds": list(Kind), "states": list(State), "parts": queries.parts("en"),
        "is_first": choice == Choice() and not asked.get("after"), "searched": queries.SEARCHED,
    }  # fmt: skip
    return render(request, page_or_part(request, "feedback/desk/inbox.html", part="rows"), context)


@require_safe
@requires("support")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one report and everything that was done about it."""
    return _shown(request, uid, {})


@require_POST
@requires("support")
def answer(request: HttpRequest, uid: str) -> HttpResponse:
    """Write to who reported it."""
    form = AnswerForm(request.POST)
    return _done(request, uid, "answer_form", form, "The answer is on its way.", actions.answer)


@require_POST
@requires("support")
def note(request: HttpRequest, uid: str) -> HttpResponse:
    """Write something down for colleagues."""
    form = NoteForm(request.POST)
    return _done(request, uid, "note_form", form, "Noted.", actions.note)


@require_POST
@requires("support")
def link(request: HttpRequest, uid: str) -> HttpResponse:
    """Say which incident it is."""
    form = LinkForm(request.POST, going_on=_choices(_found(uid)))
    return _done(request, uid, "link_form", form, "Written down.", actions.link)


@require_POST
@requires("support")
def close(request: HttpRequest, uid: str) -> HttpResponse:
    """Close it, with the reason."""
    form = CloseForm(request.POST)
    return _done(request, uid, "close_form", form, "It is closed.", actions.close)


@require_POST
@requires("support")
def reopen(request: HttpRequest, uid: str) -> HttpResponse:
    """Open it again, with the reason."""
    form = ReopenForm(request.POST)
    return _done(request, uid, "reopen_form", form, "It is open again.", actions.reopen)


def _done(  # noqa: PLR0913, PLR0917 - the parts of a deed
    request: HttpRequest, uid: str, name: str, form: forms.Form, said: str, act: Callable[..., None]
) -> HttpResponse:
    """Do what a form asks, or show it again: nothing that was typed is lost."""
    _found(uid)
    if form.is_valid():
        try:
            act(uid=uid, by=person(request), now=clock.now(), **form.cleaned_data)
        except OvertakenError:
            form.add_error(None, "Something was done meanwhile, see below. Look, then send again.")
        except ImpossibleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect("feedback:report", uid=uid)
    return _shown(request, uid, {name: form}, status=422)


def _shown(
    request: HttpRequest, uid: str, given: dict[str, forms.Form], status: int = 200
) -> HttpResponse:
    one = _found(uid)
    turn = {"turn": one.turn}
    linked = {**turn, "incident": one.row.incident}
    empty: dict[str, forms.Form] = {
        "answer_form": AnswerForm(initial=turn), "note_form": NoteForm(initial=turn),
        "link_form": LinkForm(initial=linked, going_on=_choices(one)),
        "close_form": CloseForm(initial=turn), "reopen_form": ReopenForm(initial=turn),
    }  # fmt: skip
    for form in given.values():  # who was overtaken sends again what is true now
        sent = request.POST.copy()
        sent["turn"] = str(one.turn)
        form.data = sent
    for name, form in (empty | given).items():
        form.auto_id = f"{name}_%s"
    context = {"one": one, "row": one.row, "now": clock.now(), "refused": bool(given),
               **empty, **given}  # fmt: skip
    return render(request, "feedback/desk/report.html", context, status=status)


def _choices(one: Opened) -> list[troubles.Trouble]:
    """Return the incidents that go on, and the one that it is said to be."""
    found = troubles.going_on()
    if one.trouble and one.trouble.uid not in {each.uid for each in found}:
        found.append(one.trouble)
    return found


def _found(uid: str) -> Opened:
    one = queries.one(uid)
    if one is None:
        raise Http404("there is no report of this name")
    return one
