"""From a part of the score to what is behind it: addresses on the desk."""

from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from troth.promises.queries.segmenting import OTHERS
from troth.promises.scoring.moving import Moved

_COMPARED: Final = "/desk/insight/compare/{}/"
_MOST = timedelta(days=365)  # of either of two times that are compared


def cases(slug: str, cause: Moved, attribute: str, days: tuple[int, int]) -> str:
    """Return where the cases are that moved the score so: of a day, of a segment, or of both.

    `days` (ordinals) are those at whose ends the score was what it was. What moved a segment on no
    day of its own, as its part in the whole does, is seen where the two times stand side by side.
    """
    of_segment = attribute and cause.segment not in (None, OTHERS)
    if cause.day is None and of_segment:
        return _COMPARED.format(slug) + "?" + urlencode({"by": attribute} | _times(*days))
    asked: dict[str, str] = {}
    if cause.day is not None:
        asked["day"] = date.fromordinal(cause.day).isoformat()
    if cause.broken and cause.points < 0:
        asked["part"] = "broken"
    if of_segment:
        asked |= {"by": attribute, "is": cause.segment or ""}
    if not asked:
        return reverse("promises:show", args=[slug])
    return f"{reverse('promises:cases', args=[slug])}?{urlencode(asked)}"


def _times(start: int, end: int) -> dict[str, str]:
    """Return the time after the first of two days, and one of the same length before."""
    last, until = date.fromordinal(end), date.fromordinal(start)
    length = min(last - until, _MOST)
    first, against = until - length + timedelta(days=1), last - length + timedelta(days=1)
    named = {"from": first, "until": until, "against_from": against, "against_until": last}
    return {name: day.isoformat() for name, day in named.items()}
