from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.staff import actions
from troth.staff.actions.links import opened
from troth.staff.forms import JoinForm, OwnerForm, PasswordForm
from troth.staff.models import Link

_FORMS = {
    Link.Kind.OWNER: OwnerForm,
    Link.Kind.INVITATION: JoinForm,
    Link.Kind.PASSWORD: PasswordForm,
}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = opened(token=token, now=clock.now())
        form = _FORMS[Link.Kind(link.kind)](request.POST or None, person=link.person)
        if request.method == "POST" and form.is_valid():
            return _enter(request, token, form.cleaned_data)
    except actions.LinkGone:
        return render(request, "staff/link_gone.html", status=410)
    return render(request, "staff/welcome.html", {"form": form, "link": link})


def _enter(request: HttpRequest, token: str, values: dict[str, str]) -> HttpResponse:
    person = actions.join(
        token=token,
        email=values.get("email", ""),
        name=values.get("name", ""),
        password=values["password"],
        now=clock.now(),
    )
    if request.user.is_authenticated or not person.is_active or _is_guarded(person.pk):
        return redirect(settings.LOGIN_URL)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(settings.LOGIN_REDIRECT_URL)


def _is_guarded(pk: int) -> bool:
    """Return whether a second factor is asked for: a link alone must not get around it."""
    from allauth.mfa.models import Authenticator  # ready only after the apps are

    return Authenticator.objects.filter(user_id=pk).exists()
