from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
    """Use the link and sign in; a second factor, where there is one, is still asked for."""
    person = actions.join(
        token=token,
        email=values.get("email", ""),
        name=values.get("name", ""),
        password=values["password"],
        now=clock.now(),
    )
    entered: HttpResponse = perform_login(
        request, person, email_verification="none", redirect_url=settings.LOGIN_REDIRECT_URL
    )
    return entered
