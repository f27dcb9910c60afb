"""Flips, changes of targets and corrections as RSS, Atom and JSON Feed."""

import json
from collections.abc import Sequence

from django.utils import feedgenerator
from django.utils.translation import gettext as _

from troth.page.edition import Edition
from troth.page.story import Told

NEWEST = 100  # entries; the history page has them all


def rss(edition: Edition, events: Sequence[Told]) -> bytes:
    """Return RSS 2.0."""
    return _xml(edition, events, feedgenerator.Rss201rev2Feed, "rss.xml")


def atom(edition: Edition, events: Sequence[Told]) -> bytes:
    """Return Atom 1.0."""
    return _xml(edition, events, feedgenerator.Atom1Feed, "atom.xml")


def json_feed(edition: Edition, events: Sequence[Told]) -> bytes:
    """Return JSON Feed 1.1."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(edition),
        "description": _description(),
        "home_page_url": edition.url(),
        "feed_url": edition.url("feed.json"),
        "language": edition.language,
        "items": [
            {
                "id": _id(edition, event),
                "url": edition.url(event.page),
                "title": event.title,
                "content_text": event.text or event.title,
                "date_published": event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tags": [event.kind],
            }
            for event in events[:NEWEST]
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def _xml(
    edition: Edition,
    events: Sequence[Told],
    kind: type[feedgenerator.SyndicationFeed],
    page: str,
) -> bytes:
    feed = kind(
        title=_title(edition),
        link=edition.url(),
        description=_description(),
        language=edition.language,
        feed_url=edition.url(page),
        feed_guid=edition.url(page),
    )
    for event in events[:NEWEST]:
        feed.add_item(
            title=event.title,
            link=edition.url(event.page),
            description=event.text or event.title,
            pubdate=event.at,
            updateddate=event.at,
            unique_id=_id(edition, event),
            unique_id_is_permalink=False,
            categories=[event.kind],
        )
    return _quiet(feed, edition)


def _quiet(feed: feedgenerator.SyndicationFeed, edition: Edition) -> bytes:
    """Write the feed; one without entries is dated by the page, not by the minute of writing."""
    written = edition.picture.written_at
    feed.latest_post_date = lambda: max((item["pubdate"] for item in feed.items), default=written)  # type: ignore[method-assign]
    return feed.writeString("utf-8").encode()


def _id(edition: Edition, event: Told) -> str:
    return f"{edition.picture.site.base_url}/#{event.key}"


def _title(edition: Edition) -> str:
    return _("%(organisation)s: promises and whether they are kept") % {
        "organisation": edition.picture.site.organisation
    }


def _description() -> str:
    return _("Each change of a verdict, of a target, and each correction of a count.")
