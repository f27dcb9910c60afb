from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.staff import actions
from troth.staff.access import person, requires
from troth.staff.forms import NameForm


@require_safe
@requires("viewer")
def settings_home(request: HttpRequest) -> HttpResponse:
    return redirect("people" if person(request).may("owner") else "account")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("viewer")
def account(request: HttpRequest) -> HttpResponse:
    who = person(request)
    form = NameForm(request.POST or None, initial={"name": who.name})
    if form.is_valid():
        actions.rename(person=who, name=form.cleaned_data["name"], now=clock.now())
        messages.info(request, "Your name is changed.")
        return redirect("account")
    kinds = list(Authenticator.objects.filter(user=who).values_list("type", flat=True))
    context = {
        "form": form,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_app": Authenticator.Type.TOTP in kinds,
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
    }
    return render(request, "staff/account.html", context)
