"""What is decided beforehand: templates and the cadence, as documents that files hold as well."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.core.documents import OURS
from troth.incidents import actions, queries
from troth.incidents.forms.composing import URGENCIES
from troth.incidents.forms.deciding import DocumentForm
from troth.incidents.models import Cadence, Template
from troth.incidents.rules.documents import TEMPLATE, written
from troth.incidents.views import found
from troth.incidents.views.composing import METHODS
from troth.promises.forms.documents import to_yaml
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask

_HOME = "/desk/status/templates/"
_START: dict[str, Any] = {
    "apiVersion": OURS, "kind": TEMPLATE,
    "metadata": {"name": "cards-down", "title": "Cards are down"},
    "spec": {
        "title": "Payments by card fail", "state": "investigating",
        "body": "Payments by card fail at the moment. We are looking into it.",
        "problem": "Payments by card are declined.", "affects": "Everyone who pays by card.",
        "workaround": "Pay by invoice.", "urgency": "urgent", "components": {},
    },
}  # fmt: skip


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the templates in use, and how often we promise to speak."""
    last = Cadence.objects.order_by("-created_at", "-id").first()
    grid = queries.grid()
    context = {
        "templates": list(Template.objects.filter(retired_at=None)), "last": last, "grid": grid,
        "paces": [(URGENCIES[urgency], pace) for urgency, pace in grid.paces.items()],
        "may_change": found.publishes(request), "may_draft": found.drafts(request),
    }  # fmt: skip
    return render(request, "incidents/templates.html", context)


@require_http_methods(METHODS)
@requires("editor")
def new(request: HttpRequest) -> HttpResponse:
    """Declare a template."""
    return _template(request, "New template", _START)


@require_http_methods(METHODS)
@requires("editor")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a template that files do not keep."""
    row = _row(slug)
    return _template(request, f"Change “{row.name}”", row.spec, slug=slug)


def _template(
    request: HttpRequest, title: str, document: dict[str, Any], *, slug: str = ""
) -> HttpResponse:
    form = DocumentForm(request.POST or None, initial={"document": to_yaml(document)})

    def declare() -> None:
        said = form.cleaned_data["document"]
        meta = said.get("metadata")
        name = str(meta.get("name", "")) if isinstance(meta, dict) else ""
        taken = Template.objects.filter(slug=name, retired_at=None).exists()
        if slug and name != slug:
            form.add_error("document", "Its name stays; declare another template instead.")
        elif not slug and taken:
            form.add_error("document", "There is a template of this name already.")
        else:
            actions.declare_template(document=said, by=person(request), now=clock.now())

    if request.method == "POST" and form.is_valid() and form.declared(declare):
        messages.success(request, "The template is declared.")
        return redirect(_HOME)
    context = {"title": title, "form": form, "button": "Declare it", "slug": slug, "home": _HOME}
    return render(request, "incidents/document.html", context, status=_status(form))


@require_http_methods(METHODS)
@requires("editor")
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a template out of use."""
    row = _row(slug)
    if request.method == "POST":
        actions.retire_template(slug=slug, by=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” is retired. Declaring it again brings it back.")
        return redirect(_HOME)
    question = Question(
        title=f"Retire “{row.name}”",
        button="Retire it",
        danger=True,
        text="It opens nothing any more.",
        back_url=_HOME,
    )
    return ask(request, question)


@require_http_methods(METHODS)
@requires("editor")
def cadence(request: HttpRequest) -> HttpResponse:
    """Say how often we speak, from now on."""
    last = Cadence.objects.order_by("-created_at", "-id").first()
    if last is not None and last.managed_by:
        raise Http404("the cadence is kept in files")
    document = last.spec if last else written(queries.grid())
    form = DocumentForm(request.POST or None, initial={"document": to_yaml(document)})

    def declare() -> None:
        actions.declare_cadence(document=form.cleaned_data["document"], by=person(request),
                                now=clock.now())  # fmt: skip

    if request.method == "POST" and form.is_valid() and form.declared(declare):
        messages.success(request, "It holds from now on; what was promised before stays.")
        return redirect(_HOME)
    context = {"title": "How often we speak", "form": form, "button": "It holds from now on",
               "home": _HOME}  # fmt: skip
    return render(request, "incidents/document.html", context, status=_status(form))


def _row(slug: str) -> Template:
    row = Template.objects.filter(slug=slug, retired_at=None, managed_by="").first()
    if row is None:
        raise Http404("there is no template of this name that the desk may change")
    return row


def _status(form: DocumentForm) -> int:
    return 422 if form.is_bound and form.errors else 200
