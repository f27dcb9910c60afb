"""One way to declare, change and retire everything that files can declare as well."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troth.components import actions, exporting
from troth.components.forms.base import Declaring
from troth.components.forms.declaring import AudienceForm, ComponentForm, GroupForm, PageForm
from troth.components.models import Audience, Component, Group, Page
from troth.components.views import found
from troth.core import clock
from troth.core.problems import DocumentError
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A kind of thing on the desk: its form, how it is declared, and where its list is."""

    word: str
    model: Any
    form: type[Declaring]
    declare: Callable[..., Any]
    written: Callable[[Any], dict[str, Any]]
    home: str  # URL name of the list
    retire: Callable[..., Any] | None = None
    help: str = ""
    farewell: str = ""


COMPONENT = Thing(
    word="component", model=Component, form=ComponentForm, declare=actions.declare_component,
    written=exporting.component, home="status:index", retire=actions.retire_component,
    help="A part of you that customers use and would miss: one line of the status page.",
    farewell="It leaves every page. Its history stays and can be read.",
)  # fmt: skip
GROUP = Thing(
    word="group", model=Group, form=GroupForm, declare=actions.declare_group,
    written=exporting.group, home="status:index", retire=actions.retire_group,
    help="Components that belong together are folded on the page while all is well.",
    farewell="Its components stay and stand in no group then.",
)  # fmt: skip
AUDIENCE = Thing(
    word="audience", model=Audience, form=AudienceForm, declare=actions.declare_audience,
    written=exporting.audience, home="status:readers",
    help="Some readers to whom parts are shown that others do not see.",
)  # fmt: skip
PAGE = Thing(
    word="page", model=Page, form=PageForm, declare=actions.declare_page,
    written=exporting.page, home="status:pages", retire=actions.retire_page,
    help="Another page that shows parts of the same components, to the readers you choose.",
    farewell="It is shown to nobody from then on.",
)  # fmt: skip


def new(thing: Thing) -> View:
    """Return the view that declares a new thing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @requires("editor")
    def view(request: HttpRequest) -> HttpResponse:
        form = thing.form(request.POST or None)
        if request.method == "POST" and form.is_valid() and _is_free(thing, form):
            return _declared(request, thing, form) or _asked(request, thing, form, None)
        return _asked(request, thing, form, None)

    return view


def edit(thing: Thing) -> View:
    """Return the view that changes a thing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @requires("editor")
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        row = found.changeable(thing.model, slug)
        form = thing.form(request.POST or None, document=thing.written(row))
        if request.method == "POST" and form.is_valid():
            return _declared(request, thing, form) or _asked(request, thing, form, row)
        return _asked(request, thing, form, row)

    return view


def retirement(thing: Thing) -> View:
    """Return the view that asks, and retires a thing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @requires("editor")
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        row = found.changeable(thing.model, slug)
        if request.method == "POST" and thing.retire is not None:
            thing.retire(slug=slug, by=person(request), now=clock.now())
            messages.success(request, f"“{row.name}” is retired.")
            return redirect(thing.home)
        question = Question(
            title=f"Retire “{row.name}”",
            text=thing.farewell,
            button="Retire it",
            danger=True,
            back_url=request.path.removesuffix("retirement/") + "edit/",
        )
        return ask(request, question)

    return view


def _is_free(thing: Thing, form: Declaring) -> bool:
    """Note where a living thing has the name already; a retired one is there again."""
    row = thing.model.objects.filter(slug=form.cleaned_data["name"]).first()
    if row is None or getattr(row, "retired_at", None) is not None:
        return True
    form.add_error("name", f"There is a {thing.word} of this name already.")
    return False


def _declared(request: HttpRequest, thing: Thing, form: Declaring) -> HttpResponse | None:
    try:
        row = thing.declare(terms=form.terms, by=person(request), now=clock.now())
    except DocumentError as error:
        form.refuse(error)
        return None
    messages.success(request, f"“{row.name}” is declared.")
    if thing is COMPONENT:
        return redirect("status:show", slug=row.slug)
    return redirect(thing.home)


def _asked(request: HttpRequest, thing: Thing, form: Declaring, row: object) -> HttpResponse:
    context = {"thing": thing, "form": form, "row": row}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "components/edit.html", context, status=status)
