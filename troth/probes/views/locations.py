from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.probes import actions, queries
from troth.probes.models import Agent
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask


class LocationForm(forms.Form):
    use_required_attribute = False

    location = forms.CharField(
        label="Location", max_length=40, help_text="A short name, for example fra."
    )
    name = forms.CharField(label="Where it is", max_length=200, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def index(request: HttpRequest) -> HttpResponse:
    """Show the locations elsewhere; enrol one, whose key is shown this once."""
    form = LocationForm(request.POST or None)
    issued = _enrolled(request, form) if form.is_valid() else None
    context = {
        "agents": queries.agents(),
        "form": LocationForm() if issued else form,
        "issued": issued,
        "now": clock.now(),
    }
    status = 422 if form.errors else 200
    answer = render(request, "probes/locations.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _enrolled(request: HttpRequest, form: LocationForm) -> actions.IssuedAgent | None:
    filled = form.cleaned_data
    if any(one.location == filled["location"] and not one.revoked_at for one in queries.agents()):
        form.add_error("location", "It has a key already. Revoke that one first.")
        return None
    try:
        return actions.enrol(
            location=filled["location"], name=filled["name"], author=person(request),
            now=clock.now(),
        )  # fmt: skip
    except ValueError as error:
        form.add_error("location", f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def revocation(request: HttpRequest, location: str) -> HttpResponse:
    """End a location's key."""
    agent = Agent.objects.filter(location=location, revoked_at=None).first()
    if agent is None:
        raise Http404(f"there is no location {location}")
    if request.method == "POST":
        actions.revoke(agent=agent, author=person(request), now=clock.now())
        messages.success(request, f"The key of {location} is worth nothing from now on.")
        return redirect("probes:locations")
    question = Question(
        title=f"Revoke the key of {location}",
        text="Its agent ends. What only it watches is no data from then on.",
        button="Revoke it",
        danger=True,
        back_url="../..",
    )
    return ask(request, question)
