"""schema.org's view (JSON-LD) of an incident or a maintenance.

schema.org has no word for an outage. A SpecialAnnouncement is read by search engines as what it
is, a notice with a date; planned work is an Event, which calendars of search engines know.
"""

import json

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from troth.incidents.rules.results import IncidentShown
from troth.page.edition import Edition
from troth.page.situation import begins, is_maintenance

# A "</script>" in a text must not end the element that holds it.
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def incident(edition: Edition, one: IncidentShown) -> SafeString:
    """Return the JSON for a `script` element: data, which the page's policy does not run."""
    found = {
        "@context": "https://schema.org",
        **(_event if is_maintenance(one) else _notice)(edition, one),
    }
    text = json.dumps(found, ensure_ascii=False).translate(_ESCAPED)
    return mark_safe(text)  # noqa: S308 - escaped above


def _notice(edition: Edition, one: IncidentShown) -> dict[str, object]:
    newest = one.updates[0].html if one.updates else ""
    return {
        "@type": "SpecialAnnouncement",
        "name": one.name,
        "url": edition.url(one.path),
        "text": strip_tags(newest).strip() or one.name,
        "datePosted": one.created_at.isoformat(),
        "dateModified": one.updated_at.isoformat(),
        **({"expires": one.resolved_at.isoformat()} if one.resolved_at else {}),
        "inLanguage": edition.picture.site.languages[0],
        "publisher": _publisher(edition),
    }


def _event(edition: Edition, one: IncidentShown) -> dict[str, object]:
    start = begins(one)
    return {
        "@type": "Event",
        "name": one.name,
        "url": edition.url(one.path),
        "startDate": start.isoformat(),
        "endDate": (one.scheduled_until or start).isoformat(),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": edition.url()},
        "organizer": _publisher(edition),
    }


def _publisher(edition: Edition) -> dict[str, object]:
    site = edition.picture.site
    return {"@type": "Organization", "name": site.organisation, "url": f"{site.base_url}/"}
