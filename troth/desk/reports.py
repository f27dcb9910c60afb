"""Reports and incidents do not know each other; the desk, which knows both, shows one at the other.

Said once, at the start of the process.
"""

from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from troth.feedback import queries, troubles
from troth.feedback.troubles import Trouble
from troth.incidents import beside
from troth.incidents import queries as incidents
from troth.incidents.rules.results import IncidentShown, Kind


def join() -> None:
    """Let each show the other."""
    troubles.offer(_find)
    beside.offer("feedback", _beside)


def _find(uids: Sequence[str] | None) -> list[Trouble]:
    if uids is None:
        rows = [one for one in incidents.drafts() if one.kind is not Kind.MAINTENANCE]
        drafts = [_trouble(row.uid, f"{row.name} (draft)", "") for row in rows]
        return [*map(_public, incidents.open_ones(audience=incidents.STAFF)), *drafts]
    found = [_public(one) for one in incidents.whole(uids, audience=incidents.STAFF)]
    missing = set(uids) - {one.uid for one in found}
    inner = [inside for uid in missing if (inside := incidents.inside(uid))]
    return [*found, *(_trouble(one.shown.uid, one.shown.name, "") for one in inner)]


def _public(one: IncidentShown) -> Trouble:
    return _trouble(one.uid, one.name, "" if one.audiences else incidents.address_of(one))


def _trouble(uid: str, name: str, link: str) -> Trouble:
    return Trouble(uid=uid, name=name, link=link, desk=reverse("incidents:show", args=[uid]))


def _beside(one: IncidentShown, now: datetime) -> SafeString:
    parts = {span.component: span.name for span in one.spans}
    return render_to_string(
        "feedback/desk/_incident.html",
        {
            "uid": one.uid,
            "linked": queries.of_incident(one.uid),
            "pressure": queries.pressure(parts, now=now),
        },
    )
