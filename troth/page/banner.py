"""The banner that another site shows by one script, and the same stories as JSON.

The script carries its stories: it asks for nothing more, so that a site whose policy allows this
script alone needs to allow nothing else (docs/decisions/050-banner.md).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from troth.components.rules.results import Shown
from troth.incidents.rules.results import IncidentShown
from troth.page.picture import Picture
from troth.page.sheets import Sheet
from troth.page.situation import begins
from troth.ui import assets

SCRIPT, STORIES = "banner.js", "banner.json"
_PLACES = (b"/* stories */", b"/* style */")
_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
Json = dict[str, object]


def sheets(picture: Picture, *, whole: str) -> Iterator[Sheet]:
    """Yield the script and the stories. `whole` is the fingerprint of the page's data."""
    yield Sheet(STORIES, whole, lambda: said(picture).encode() + b"\n")
    yield Sheet(SCRIPT, whole, lambda: script(picture))


def script(picture: Picture) -> bytes:
    code, style = (assets.find(f"page/banner.{kind}").body for kind in ("js", "css"))
    stories, look = _PLACES
    # The style first: a story's words must not be taken for its place.
    code = code.replace(look, json.dumps(" ".join(style.decode().split())).encode())
    return code.replace(stories, said(picture).translate(_SAFE).encode())


def said(picture: Picture) -> str:
    """Return what goes on now as JSON in ASCII: open incidents, breaches, work under way."""
    now, address = picture.situation, picture.site.base_url
    stories = [_story(one, address, now.by_uid) for one in (*now.problems, *now.running)]
    return json.dumps({"url": f"{address}/", "stories": stories}, separators=(",", ":"))


def _story(one: IncidentShown, address: str, components: Mapping[str, Shown]) -> Json:
    """Return what, for whom, since when, what to do, what next, where and which revision."""
    return {
        "id": one.uid,
        "revision": one.revision,
        "kind": one.kind.value,
        "impact": one.impact.value,
        "state": one.state.value,
        "title": one.name,
        "what": one.problem,
        "affects": one.affects,
        "advice": one.workaround,
        "since": _instant(begins(one)),
        "until": _instant(one.scheduled_until),
        "next": _instant(one.next_due_at),
        "link": f"{address}/{one.path}",
        "components": [components[uid].slug for uid in one.components if uid in components],
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
