"""No text holds a NUL: PostgreSQL would refuse the question, in whichever screen of messages."""

from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

_MESSAGES: Final = "/desk/messages/"  # other screens pass over what is no name of theirs


def plain(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse an address of a screen of messages with a NUL in it, as 400."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_odd = "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        if is_odd and request.path_info.startswith(_MESSAGES):
            raise BadRequest("an address holds no NUL")
        return answer(request)

    return middleware
