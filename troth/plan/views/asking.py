"""What all forms of the plan have in common: shown, taken, and shown again with what was typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from troth.plan import forms
from troth.plan.actions import ImpossibleError, OvertakenError

_OVERTAKEN = "Somebody changed it meanwhile. What you wrote is still here: look, then send again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a form is about, what its button says, where it leads, and where it is left."""

    title: str
    button: str
    back: str
    lead: str = ""
    trail: tuple[tuple[str, str], ...] = ()


def ask(
    request: HttpRequest,
    asked: Asked,
    form: forms.Kept,
    act: Callable[[Any], str],
    *,
    row: Model | None = None,
) -> HttpResponse:
    """Show a form, or do what it says. `act` does it and returns where it leads.

    `row` is what the form changes: one that was changed meanwhile is not changed again.
    """
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(act(form))
        except OvertakenError:
            form.add_error(None, _OVERTAKEN)
            _renew(form, row)
        except ImpossibleError as error:
            form.add_error(None, str(error))
    context = {"asked": asked, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "plan/form.html", context, status=status)


def _renew(form: forms.Kept, row: Model | None) -> None:
    if row is None:
        return
    row.refresh_from_db()
    sent = dict(form.data.items())
    form.data = {**sent, "turn": str(getattr(row, "turn", 0))}


def do(request: HttpRequest, back: str, act: Callable[[int], object], said: str) -> HttpResponse:
    """Do what a button says, as the row was read at the turn that it sends along."""
    form = forms.TurnForm(request.POST)
    turn = form["turn"].data or "0"
    try:
        act(int(turn) if str(turn).isdecimal() else -1)
    except OvertakenError:
        messages.error(request, "Somebody changed it meanwhile. Nothing was done: look again.")
    except ImpossibleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(back)


def given(request: HttpRequest) -> Mapping[str, Any] | None:
    return request.POST if request.method == "POST" else None
