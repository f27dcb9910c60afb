"""Who reads us: sifted by channel, state, language and part, or one by the whole address."""

import re
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core.paging import CursorError, read, written
from troth.notify import catalogue, topics
from troth.notify.models import Subscription
from troth.notify.queries import counted, listing
from troth.notify.queries import readers as queries
from troth.notify.queries.readers import Sieve
from troth.notify.rules import families
from troth.people import queries as people
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_A_PAGE: Final = 50
_NOBODY: Final = -1  # no contact: an address that nobody has finds nothing
_STATES: Final = [state for state, _label in Subscription.STATES]
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_KEY: Final = re.compile(r"[a-z]+:[A-Za-z0-9_.-]{1,100}")


@require_safe
@requires("support")
def index(request: HttpRequest) -> HttpResponse:
    """List readers, the newest first; one is found by the exact address."""
    sieve, address = _sieve(request.GET), request.GET.get("address", "").strip()[:2_000]
    before = before_of(request.GET.get("after", ""))
    part, count = (
        listing.opening(sieve, limit=_A_PAGE) if before is None
        else (listing.part(sieve, before=before, limit=_A_PAGE), None)
    )  # fmt: skip
    context: dict[str, Any] = {
        "rows": [(row, families.names(row.events)) for row in part.rows], "address": address,
        "next": written((part.place,)) if part.place is not None else "", "sieve": sieve,
        "count": count, "is_all": sieve == Sieve(),
    }  # fmt: skip
    template = page_or_part(request, "notify/desk/readers.html", part="readers")
    if template.endswith("/readers.html"):
        context |= _choices(sieve)
    return render(request, template, context)


def _choices(sieve: Sieve) -> dict[str, Any]:
    parts = topics.of("", settings.TROTH.languages[0])
    told = counted.readers()
    languages = {*settings.TROTH.languages, sieve.language} - {""}
    return {
        "states": _STATES, "channels": catalogue.all_channels(), "languages": sorted(languages),
        "parts": parts, "is_other_part": sieve.key not in {"", *(part.key for part in parts)},
        "failing": queries.failing(), "readers": told, "by_channel": _by_channel(told.counts),
    }  # fmt: skip


def _by_channel(counts: counted.Counts) -> list[tuple[str, list[tuple[str, int]]]]:
    channels = sorted({channel for channel, _state in counts})
    return [
        (channel, [(state, counts.get((channel, state), 0)) for state in _STATES])
        for channel in channels
    ]


def _sieve(asked: QueryDict) -> Sieve:
    """Return what an address of the list asks for; what is unknown is not asked for."""
    channel, state = asked.get("channel", ""), asked.get("state", "")
    language, key = asked.get("language", ""), asked.get("part", "")
    channel = channel if channel in catalogue.all_channels() else ""
    return Sieve(
        channel=channel, state=state if state in _STATES else "",
        language=language if _LANGUAGE.fullmatch(language) else "",
        key=key if _KEY.fullmatch(key) else "",
        contact=_contact(channel, asked.get("address", "").strip()[:2_000]),
    )  # fmt: skip


def _contact(channel: str, address: str) -> int | None:
    """Return whose an address is, in the channel asked for or else the first that knows it."""
    if not address:
        return None
    for name in [channel] if channel else catalogue.all_channels():
        try:
            contact = people.find(name, address)
        except ValueError:
            continue
        if contact is not None:
            return int(contact.pk)
    return _NOBODY


def before_of(cursor: str) -> int | None:
    """Return the place that a cursor names; a wrong one begins anew."""
    try:
        (key,) = read(cursor, length=1) if cursor else (None,)
    except CursorError:
        return None
    is_place = isinstance(key, int) and not isinstance(key, bool) and 0 < key < 2**63
    return key if is_place else None  # type: ignore[return-value]
