from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.staff import actions
from troth.staff.access import person, requires
from troth.staff.forms import AccountForm


@require_safe
@requires("viewer")
def settings_home(request: HttpRequest) -> HttpResponse:
    return redirect("people" if person(request).may("owner") else "account")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("viewer")
def account(request: HttpRequest) -> HttpResponse:
    who = person(request)
    known = {"name": who.name, "zone": who.zone}
    form = AccountForm(request.POST or None, initial=known, house=settings.TROTH.time_zone)
    if form.is_valid():
        now = clock.now()
        actions.rename(person=who, name=form.cleaned_data["name"], now=now)
        actions.choose_zone(person=who, zone=form.cleaned_data["zone"], now=now)
        messages.info(request, "It is kept.")
        return redirect("account")
    kinds = list(Authenticator.objects.filter(user=who).values_list("type", flat=True))
    context = {
        "form": form,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_app": Authenticator.Type.TOTP in kinds,
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
    }
    return render(request, "staff/account.html", context)
