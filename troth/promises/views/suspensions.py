from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.core.moments import Moments
from troth.promises import actions
from troth.promises.forms.exclusion import SuspensionForm
from troth.promises.views import found
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask from when to when a promise is publicly not given, and why."""
    promise = found.changeable(slug)
    form = SuspensionForm(
        request.POST or None,
        initial={"starts_at": clock.now()},
        zone=staff.zone_of(person(request)),
    )
    if request.method == "POST" and form.is_valid() and _suspend(request, slug, form):
        messages.success(request, f"“{promise.name}” is suspended, and says so.")
        return redirect("promises:show", slug=slug)
    status = 422 if form.is_bound else 200
    context = {"promise": promise, "form": form}
    return render(request, "promises/suspend.html", context, status=status)


def _suspend(request: HttpRequest, slug: str, form: SuspensionForm) -> bool:
    try:
        actions.suspend(slug=slug, author=person(request), now=clock.now(), **form.cleaned_data)
    except ValueError as error:
        form.add_error("starts_at", str(error).capitalize() + ".")
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def end(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """End a suspension now: the promise holds again."""
    promise = found.changeable(slug)
    now = clock.now()
    rows = found.detail(slug, Moments()).suspensions
    if number not in {row.id for row in rows if row.ends_at is None or row.ends_at > now}:
        raise Http404(number)
    if request.method == "POST":
        actions.end_suspension(suspension=number, author=person(request), now=now)
        messages.success(request, f"“{promise.name}” holds again.")
        return redirect("promises:show", slug=slug)
    question = Question(
        title=f"End the suspension of “{promise.name}”",
        text="From now on the promise is given and judged again.",
        button="End it now",
        back_url=f"/desk/promises/{slug}/#suspensions",
    )
    return ask(request, question)
