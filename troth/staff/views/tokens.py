from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.staff import actions, queries
from troth.staff.access import person, requires
from troth.staff.forms import TokenForm
from troth.staff.models import ApiToken
from troth.ui.asking import Question, ask

_SOON = timedelta(days=14)


@require_safe
@requires("owner")
def tokens(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    context = {"tokens": queries.tokens(), "now": now, "soon": now + _SOON}
    return render(request, "staff/tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def new_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if not form.is_valid():
        return render(request, "staff/token_new.html", {"form": form})
    now = clock.now()
    issued = actions.issue(
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        sources=form.cleaned_data["sources"],
        expires_at=now + form.lifetime(),
        actor=person(request),
        now=now,
    )
    return render(request, "staff/token_issued.html", {"issued": issued}, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def revocation(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    if request.method == "POST":
        actions.revoke(token=token, actor=person(request), now=clock.now())
        messages.info(request, f"{token.name} is refused from now on.")
        return redirect("tokens")
    question = Question(
        title=f"Revoke {token.name}?",
        text="What uses it is refused within ten seconds. This cannot be taken back.",
        button="Revoke it",
        danger=True,
        back_url="/desk/settings/tokens/",
    )
    return ask(request, question)
