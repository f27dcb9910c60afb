from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from troth.core import clock
from troth.metrics import queries as metrics
from troth.promises import actions, queries, wording
from troth.promises.forms import documents
from troth.promises.forms.promise import Declaring, PromiseForm, YamlForm, fits, initial
from troth.promises.queries import readers
from troth.promises.rules.terms import DocumentError
from troth.promises.views import found
from troth.signals import queries as signals
from troth.staff.access import person, requires

Document = dict[str, Any]
_NEW = {"evaluator": "deadline", "due": "due_at", "windows": "28d, 1M", "visibility": "public"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a new promise; declare it."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what changes about a promise; declare it as a new version."""
    promise = found.changeable(slug)
    base = queries.document(promise.slug)
    return _edit(request, documents.merged(base, {"spec.effective_from": None}))


@require_POST
@requires("editor")
def preview(request: HttpRequest) -> HttpResponse:
    """Say in plain words what is being written, and what it would have been worth. No change."""
    slug = request.POST.get("base", "")
    base = queries.document(found.changeable(slug).slug) if slug else None
    form = _form(request.POST, base).as_draft()
    return render(request, "promises/_preview.html", {"preview": _preview(form)})


def _edit(request: HttpRequest, base: Document | None) -> HttpResponse:
    if request.method != "POST":
        as_yaml = request.GET.get("mode") == "yaml" or not (base is None or fits(base))
        return _ask(request, _shown(base or documents.EMPTY, base, as_yaml=as_yaml), base)
    form = _form(request.POST, base)
    wish = request.POST.get("wish", "save")
    if wish == "save":
        return _saved(request, form, base) or _ask(request, form, base)
    return _ask(request, _switched(form, base) if wish == "switch" else form.as_draft(), base)


def _saved(request: HttpRequest, form: Declaring, base: Document | None) -> HttpResponse | None:
    """Declare what the form says; None where something is wrong, the form saying what."""
    if not form.is_valid():
        return None
    problem = _in_the_way(request, form, base)
    if problem:
        form.add_error(None, problem)
        return None
    try:
        declared = actions.declare(
            spec=form.document,
            author=person(request),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
    except DocumentError as error:
        form.refuse(error)
        return None
    messages.success(request, f"Version {declared.number} is declared.")
    return redirect("promises:show", slug=declared.promise.slug)


def _ask(request: HttpRequest, form: Declaring, base: Document | None) -> HttpResponse:
    slug = str(documents.at(base, "metadata.name")) if base else ""
    context = {
        "form": form,
        "slug": slug,
        "as_yaml": isinstance(form, YamlForm),
        "number": _latest(slug) if slug else 0,
        "kinds": signals.store().kinds(),
        "audiences": readers.audiences(),
        "calendars": sorted(metrics.holiday_calendars()),
        "preview": _preview(form),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "promises/edit.html", context, status=status)


def _form(values: Any, base: Document | None) -> Declaring:  # noqa: ANN401 - a QueryDict or a dict
    if "yaml" in values:
        return YamlForm(values, base=base)
    return PromiseForm(values, base=base, initial=initial(base) if base else None)


def _shown(document: Document, base: Document | None, *, as_yaml: bool) -> Declaring:
    if as_yaml:
        return YamlForm(initial={"yaml": documents.to_yaml(document)}, base=base)
    shown = initial(document) or {**_NEW, "zone": settings.TROTH.time_zone}
    return PromiseForm(initial=shown, base=base)


def _switched(form: Declaring, base: Document | None) -> Declaring:
    """Return the other way to write the same document, if it can be read and shown there."""
    form.as_draft().is_valid()
    if not form.document:
        return form
    if isinstance(form, YamlForm) and not _fits_form(form.document, base):
        form.add_error("yaml", "The form cannot show all of this. Nothing was changed.")
        return form
    return _shown(form.document, base, as_yaml=not isinstance(form, YamlForm))


def _fits_form(document: Document, base: Document | None) -> bool:
    """Return whether going through the form would lose no field of the document."""
    through = _form(initial(document), base).as_draft()
    through.is_valid()
    return fits(document) and documents.paths(document) <= documents.paths(through.document)


def _in_the_way(request: HttpRequest, form: Declaring, base: Document | None) -> str:
    """Say why declaring it would change what someone else wrote; empty where it would not."""
    slug = str(documents.at(form.document, "metadata.name"))
    if base is None:
        taken = any(one.slug == slug for one in queries.promises())
        return f"There is a promise named {slug} already. Change that one." if taken else ""
    if request.POST.get("number") != str(_latest(str(documents.at(base, "metadata.name")))):
        return "Someone changed this promise while you wrote. Look again."
    return ""


def _latest(slug: str) -> int:
    return max(change.version for change in queries.history_of_targets(slug))


def _preview(form: Declaring) -> dict[str, object] | None:
    """Return the draft in words and on the past, or what cannot be understood; None if blank."""
    if not form.is_bound:
        if form.base is None:
            return None
        document: Document = dict(form.base)
    else:
        if form.errors:
            return {"problems": form.errors}
        document = form.document
    try:
        backtest = queries.backtest(document=document, months=12, now=clock.now())
        return {
            "sentences": queries.preview(document=document),
            "backtest": backtest,
            "gap": wording.gap(backtest.gap) if backtest.gap and backtest.gap.n else None,
            "yaml": documents.to_yaml(document),
        }
    except DocumentError as error:
        return {"problems": {"": [str(problem) for problem in error.problems]}}
