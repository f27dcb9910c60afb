"""Forms that end in a document: asked for, declared, refused field by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from troth.core import clock
from troth.core.problems import DocumentError
from troth.probes import queries
from troth.probes.models import Heartbeat, Monitor
from troth.staff.access import person


class DocumentForm(Protocol):
    """What HeartbeatForm and MonitorForm have in common."""

    cleaned_data: dict[str, Any]

    @property
    def errors(self) -> Mapping[str, Any]: ...
    def is_valid(self) -> bool: ...
    def add_error(self, field: str | None, error: str) -> None: ...
    def document(self) -> dict[str, Any]: ...
    def refuse(self, error: DocumentError) -> None: ...


@dataclass(frozen=True, slots=True)
class Noun:
    """How one is declared, which screen shows it, and what is said then: “…” is awaited."""

    declare: Callable[..., Monitor | Heartbeat]
    screen: str
    said: str


def new(
    request: HttpRequest, noun: Noun, form: DocumentForm, **context: object
) -> HttpResponse:  # fmt: skip
    """Ask for a new one; declare it."""
    if form.is_valid() and queries.is_taken(form.cleaned_data["slug"]):
        form.add_error("slug", "There is one of that name already.")
    return _saved(request, noun, form) or _ask(request, form, "", context)


def edit(
    request: HttpRequest, noun: Noun, form: DocumentForm, slug: str, **context: object
) -> HttpResponse:
    """Ask for the changes of one; declare it anew."""
    return _saved(request, noun, form) or _ask(request, form, slug, context)


def refuse_if_kept_in_files(row: Monitor | Heartbeat) -> None:
    """End in 404 where files keep it: it is changed there."""
    if row.managed_by:
        raise Http404(f"{row.slug} is kept in files")


def _saved(request: HttpRequest, noun: Noun, form: DocumentForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        row = noun.declare(document=form.document(), author=person(request), now=clock.now())
    except DocumentError as error:
        form.refuse(error)
        return None
    messages.success(request, f"“{row.name}” {noun.said}.")
    return redirect(noun.screen, slug=row.slug)


def _ask(
    request: HttpRequest, form: DocumentForm, slug: str, context: Mapping[str, object]
) -> HttpResponse:
    status = 422 if form.errors else 200
    found = {"form": form, "slug": slug, **context}
    return render(request, "probes/edit.html", found, status=status)
