"""Leaving for a provider of identities, and finding it away.

A browser holds each redirect that follows a form against `form-action` of our policy, and where a
provider sends people on to is not ours to know. So the button is answered by a page that goes
there rather than by a redirect, and the policy names nobody but us.
"""

from urllib.parse import urlsplit

from allauth.socialaccount.providers.openid_connect.views import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from requests import RequestException


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a person to the provider; say so when it does not answer."""
    try:
        response: HttpResponse = login(request, provider_id)
    except RequestException:
        return render(request, "staff/provider_away.html", status=503)
    address = response.headers.get("Location", "")
    if urlsplit(address).netloc in ("", request.get_host()):
        return response
    return render(request, "staff/leaving.html", {"address": address})
