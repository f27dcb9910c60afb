from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.components import actions, queries
from troth.components.forms.declaring import FormulaForm
from troth.components.forms.saying import LinkForm
from troth.components.models import Page
from troth.components.views import found
from troth.core import clock
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the pages beside the main one, and who sees what."""
    return render(request, "components/pages.html", {"pages": queries.pages()})


@require_safe
@requires("viewer")
def readers(request: HttpRequest) -> HttpResponse:
    """Show the audiences, and what is shown to each."""
    return render(request, "components/readers.html", {"readers": queries.audiences()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a link that opens a private page until an instant. It is shown once."""
    row = found.row(Page, slug)
    form = LinkForm(request.POST or None, zone=staff.zone_of(person(request)))
    address = ""
    if request.method == "POST" and form.is_valid():
        token = _invited(request, row, form)
        address = f"{settings.TROTH.base_url}/private/{slug}/?key={token}" if token else ""
    context = {"row": row, "form": form, "address": address}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "components/link.html", context, status=status)


def _invited(request: HttpRequest, row: Page, form: LinkForm) -> str:
    try:
        return actions.invite(
            page=row.slug, until=form.cleaned_data["until"], by=person(request), now=clock.now()
        )
    except ValueError as error:
        form.add_error("until", f"{error}."[:1].upper() + f"{error}."[1:])
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def links_end(request: HttpRequest, slug: str) -> HttpResponse:
    """End every link that was given for a page."""
    row = found.row(Page, slug)
    if request.method == "POST":
        actions.end_links(page=slug, by=person(request), now=clock.now())
        messages.success(request, f"No link to “{row.name}” is good any more.")
        return redirect("status:pages")
    question = Question(
        title=f"End all links to “{row.name}”",
        text="Whoever has one needs a new one from you.",
        button="End them",
        danger=True,
        back_url="/desk/status/pages/",
    )
    return ask(request, question)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("viewer")
def formula(request: HttpRequest) -> HttpResponse:
    """Show how uptime is counted and was; editors change it from now on."""
    present = queries.uptime_formula()
    form = FormulaForm(request.POST or None, initial=FormulaForm.present())
    may_change = person(request).may("editor") and not present.managed_by
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied("This needs the role editor, and a formula not kept in files.")
        if form.is_valid():
            actions.declare_formula(terms=form.terms, by=person(request), now=clock.now())
            messages.success(request, "Uptime is counted so from now on.")
            return redirect("status:formula")
    context = {
        "form": form,
        "may_change": may_change,
        "present": present,
        "formulas": queries.formulas(),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "components/formula.html", context, status=status)
