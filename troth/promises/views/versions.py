from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.promises import actions, queries
from troth.promises.forms import documents
from troth.promises.rules.terms import DocumentError
from troth.promises.views import found
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def return_to(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Undo: declare an older version again, as a new one."""
    promise = found.changeable(slug)
    if number not in {change.version for change in queries.history_of_targets(slug)}:
        raise Http404(number)
    if request.method == "POST":
        document = documents.merged(
            queries.document(slug, version=number), {"spec.effective_from": None}
        )
        _returned(request, document, number)
        return redirect("promises:show", slug=slug)
    question = Question(
        title=f"Back to version {number}",
        text=f"“{promise.name}” gets a new version that says what version {number} said. "
        "It holds from now on; what was judged stays.",
        button=f"Go back to version {number}",
        back_url=request.path.removesuffix("return/"),
    )
    return ask(request, question)


def _returned(request: HttpRequest, document: dict[str, Any], number: int) -> None:
    """Declare it, or say why it cannot be said again: what it names may be gone."""
    try:
        declared = actions.declare(
            spec=document,
            author=person(request),
            reason=request.POST.get("reason", "").strip()[:2000] or f"back to version {number}",
            now=clock.now(),
        )
    except DocumentError as error:
        messages.error(request, f"Nothing was changed: {error}.", extra_tags="error")
    else:
        messages.success(request, f"Version {declared.number} says what version {number} said.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def retirement(request: HttpRequest, slug: str) -> HttpResponse:
    """Retire a promise: it is judged no more, and what was judged stays."""
    promise = found.changeable(slug)
    if request.method == "POST":
        actions.retire(slug=slug, author=person(request), now=clock.now())
        messages.success(request, f"“{promise.name}” is retired.")
        return redirect("promises:index")
    question = Question(
        title=f"Retire “{promise.name}”",
        text="It leaves the page and is judged no more. Its history stays and can be read.",
        button="Retire it",
        danger=True,
        back_url=request.path.removesuffix("retirement/"),
    )
    return ask(request, question)
