"""Where mail providers tell of bounces and complaints. The address itself is the secret."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from troth.core import clock
from troth.notify import links, reported
from troth.notify.queries.outlets import mail_provider


@csrf_exempt  # a provider calls
@require_http_methods(["HEAD", "POST"])
def mail(request: HttpRequest, token: str) -> HttpResponse:
    """Take what the provider of an outlet tells."""
    slug = links.reporting(token)
    provider = mail_provider(slug) if slug else ""
    if not provider:
        return _said("there is no such address", HTTPStatus.NOT_FOUND)
    if request.method == "HEAD":  # some look whether anybody is there
        return _said("")
    try:
        news = reported.take(request, provider=provider, now=clock.now())
    except reported.UnreadableError as error:
        is_long = isinstance(error, reported.TooLongError)
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_long else HTTPStatus.BAD_REQUEST
        return _said(str(error), status)
    return _said(f"{news} news")


def _said(text: str, status: int = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain")
