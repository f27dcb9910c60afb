from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from troth.ui import assets

FOREVER = "public, max-age=31536000, immutable"


@require_safe
def asset(request: HttpRequest, path: str) -> HttpResponse:
    try:
        found, exact = assets.at(path)
    except LookupError as error:
        raise Http404(path) from error
    response = _encoded(found, request.headers.get("Accept-Encoding", ""))
    response["Cache-Control"] = FOREVER if exact else "no-cache"
    response["Vary"] = "Accept-Encoding"
    return response


def _encoded(found: assets.Asset, accepted: str) -> HttpResponse:
    offers = {"br": found.brotli, "gzip": found.gzip}
    for coding, body in offers.items():
        if coding in accepted:
            headers = {"Content-Encoding": coding}
            return HttpResponse(body, content_type=found.media_type, headers=headers)
    return HttpResponse(found.body, content_type=found.media_type)
