from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troth.components import actions, queries
from troth.components.forms.saying import WordForm
from troth.components.models import Component
from troth.components.rules.results import Status
from troth.components.views import found
from troth.core import clock
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support")
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what a person says of a component, why, and until when."""
    row = _living(slug)
    form = WordForm(request.POST or None, zone=staff.zone_of(person(request)))
    if request.method == "POST" and form.is_valid() and _say(request, row, form):
        messages.success(request, f"“{row.name}” shows what you said.")
        return redirect("status:show", slug=slug)
    context = {"row": row, "form": form, "shown": queries.component(slug)}
    return render(request, "components/word.html", context, status=422 if form.is_bound else 200)


def _living(slug: str) -> Component:
    row = found.row(Component, slug)
    if row.retired_at is not None:
        raise Http404("it is retired")
    return row


def _say(request: HttpRequest, row: Component, form: WordForm) -> bool:
    said = form.cleaned_data
    try:
        actions.say(
            component=row.uid, status=Status(said["status"]), note=said["note"],
            until=said["until"], by=person(request), now=clock.now(),
        )  # fmt: skip
    except ValueError as error:
        form.add_error("until", f"{error}."[:1].upper() + f"{error}."[1:])
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support")
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """End the word that stands: probes and incidents speak again from now on."""
    row = _living(slug)
    if queries.word(slug, at=clock.now()) is None:
        raise Http404("no word stands")
    if request.method == "POST":
        actions.unsay(component=row.uid, by=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” follows its probes and incidents again.")
        return redirect("status:show", slug=slug)
    question = Question(
        title=f"End what was said of “{row.name}”",
        text="From now on its probes and incidents speak for it. What was said until now stays "
        "in its history.",
        button="End it now",
        back_url=f"/desk/status/components/{slug}/",
    )
    return ask(request, question)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support")
def undo(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Take a word back as if it had never been said."""
    row = _living(slug)
    if ref not in {one.ref for one in queries.said(slug)}:
        raise Http404("there is no such word")
    if request.method == "POST":
        actions.take_back(component=row.uid, ref=ref, by=person(request), now=clock.now())
        messages.success(request, "It was taken back, from its history too.")
        return redirect("status:show", slug=slug)
    question = Question(
        title=f"Take back what was said of “{row.name}”",
        text="It was a mistake: days and uptime are counted as if it had never been said. The "
        "trail keeps it.",
        button="Take it back",
        back_url=f"/desk/status/components/{slug}/",
    )
    return ask(request, question)
