"""The form by which whoever may read a private page subscribes to it: behind the same door.

Another site could send this form by the browser of somebody who is let in: it needs a token.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_http_methods

from troth.notify import doors
from troth.notify.views.subscribing import At, answered
from troth.page.private import granted, refused


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of a private page to whoever may read it, or take it."""
    grant = granted(request, slug)
    place = doors.private(slug) if grant else None
    if grant is None:
        return refused(request)
    if place is None:  # it was made public in this moment
        raise Http404
    return answered(request, At(place=place, door=grant, csrf=get_token(request)))
