"""No text holds a NUL: PostgreSQL would refuse the question, in whichever screen it is asked."""

from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

_DESK: Final = "/desk/"  # the API says of each field what it takes


def plain(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse an address of the desk with a NUL in it, as 400."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_odd = "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        if is_odd and request.path_info.startswith(_DESK):
            raise BadRequest("an address holds no NUL")
        return answer(request)

    return middleware
