from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.promises import actions, queries
from troth.promises.forms import documents
from troth.promises.forms.exclusion import ExclusionForm
from troth.promises.rules.terms import DocumentError
from troth.promises.views import found
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask which cases are left out of the count, and why; sign and record it."""
    promise = found.changeable(slug)
    categories = documents.categories(queries.document(slug))
    form = ExclusionForm(
        request.POST or None, categories=categories, zone=staff.zone_of(person(request))
    )
    if request.method == "POST" and form.is_valid() and _exclude(request, slug, form):
        messages.success(request, "The exclusion is signed and counts from now on.")
        return redirect("promises:show", slug=slug)
    context = {"promise": promise, "form": form, "categories": categories}
    status = 422 if form.is_bound else 200
    return render(request, "promises/exclude.html", context, status=status)


def _exclude(request: HttpRequest, slug: str, form: ExclusionForm) -> bool:
    """Sign the exclusion; return whether the rules allow it, the form saying why not."""
    filled = form.cleaned_data
    which = actions.Cases(
        where=filled["where"], starts_at=filled["starts_at"], ends_at=filled["ends_at"]
    )
    try:
        actions.exclude(
            slug=slug,
            category=filled["category"],
            reason=filled["reason"],
            cases=which,
            signed_by=person(request),
            now=clock.now(),
        )
    except DocumentError as error:
        form.refuse(error)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def withdrawal(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take an exclusion back: its cases count again, and the list keeps both facts."""
    promise = found.changeable(slug)
    rows = {row.id: row for row in queries.exclusions(slug=slug)}
    if number not in rows or rows[number].withdrawn_at is not None:
        raise Http404(number)
    if request.method == "POST":
        actions.withdraw_exclusion(exclusion=number, author=person(request), now=clock.now())
        messages.success(request, "The exclusion is withdrawn. Its cases count again.")
        return redirect("promises:show", slug=slug)
    question = Question(
        title="Withdraw this exclusion",
        text=f"{rows[number].category} of “{promise.name}”: {rows[number].reason} "
        "Its cases count again; that it was there stays visible.",
        button="Withdraw it",
        back_url=f"/desk/promises/{slug}/#exclusions",
    )
    return ask(request, question)
