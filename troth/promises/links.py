"""From a part of the score to the cases behind it: addresses on the desk."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from troth.promises.queries.segmenting import OTHERS
from troth.promises.scoring.moving import Moved


def cases(slug: str, cause: Moved, attribute: str) -> str:
    """Return where the cases are that moved the score so: of a day, of a segment, or of both."""
    asked: dict[str, str] = {}
    if cause.day is not None:
        asked["day"] = date.fromordinal(cause.day).isoformat()
    if cause.broken and cause.points < 0:
        asked["part"] = "broken"
    if attribute and cause.segment not in (None, OTHERS):
        asked |= {"by": attribute, "is": cause.segment or ""}
    if not asked:
        return reverse("promises:show", args=[slug])
    return f"{reverse('promises:cases', args=[slug])}?{urlencode(asked)}"
