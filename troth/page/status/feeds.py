"""Incidents and maintenance as RSS, Atom, JSON Feed and iCalendar: of the page, of a component."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils import feedgenerator
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from troth.components.rules.results import Shown
from troth.incidents.rules.results import IncidentShown, State
from troth.page.edition import Edition
from troth.page.situation import begins
from troth.page.status import words
from troth.page.status.telling import dated, title

NEWEST = 50


class Channel(NamedTuple):
    """What a feed is about: its `name`, the `page` it belongs to, and where its files begin."""

    name: str
    page: str
    stem: str


def of_page(edition: Edition) -> Channel:
    name = _("%(organisation)s: incidents and maintenance")
    return Channel(name % {"organisation": edition.picture.site.organisation}, "", "history")


def of_component(edition: Edition, one: Shown) -> Channel:
    name = f"{edition.picture.site.organisation}: {one.name}"
    return Channel(name, f"components/{one.slug}/", f"components/{one.slug}/history")


Make = Callable[[Edition, Channel, Sequence[IncidentShown]], bytes]


def rss(edition: Edition, channel: Channel, some: Sequence[IncidentShown]) -> bytes:
    """Return RSS 2.0."""
    return _xml(edition, channel, some, feedgenerator.Rss201rev2Feed, "rss")


def atom(edition: Edition, channel: Channel, some: Sequence[IncidentShown]) -> bytes:
    """Return Atom 1.0."""
    return _xml(edition, channel, some, feedgenerator.Atom1Feed, "atom")


def json_feed(edition: Edition, channel: Channel, some: Sequence[IncidentShown]) -> bytes:
    """Return JSON Feed 1.1; what it has no field for stands under `_troth`."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.name,
        "home_page_url": edition.url(channel.page),
        "feed_url": edition.url(f"{channel.stem}.json"),
        "language": edition.language,
        "items": [_item(edition, one) for one in some[:NEWEST]],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(edition: Edition, one: IncidentShown) -> dict[str, object]:
    return {
        "id": _id(edition, one),
        "url": edition.url(one.path),
        "title": title(one),
        "content_html": str(dated(edition, one)),
        "date_published": _stamp(one.created_at),
        "date_modified": _stamp(one.updated_at),
        "tags": [one.kind.value, one.state.value, one.impact.value],
        "_troth": {
            "status": one.state.value,
            "impact": one.impact.value,
            "next_update_due_at": _stamp(one.next_due_at) if one.next_due_at else None,
            "revision": one.revision,
        },
    }


def _xml(
    edition: Edition,
    channel: Channel,
    some: Sequence[IncidentShown],
    kind: type[feedgenerator.SyndicationFeed],
    suffix: str,
) -> bytes:
    feed = kind(
        title=channel.name,
        link=edition.url(channel.page),
        description=_("What went wrong, what we said about it, and planned work."),
        language=edition.language,
        feed_url=edition.url(f"{channel.stem}.{suffix}"),
        feed_guid=edition.url(f"{channel.stem}.{suffix}"),
    )
    for one in some[:NEWEST]:
        feed.add_item(
            title=title(one),
            link=edition.url(one.path),
            description=dated(edition, one),
            pubdate=one.created_at.astimezone(UTC),
            updateddate=one.updated_at.astimezone(UTC),
            unique_id=_id(edition, one),
            unique_id_is_permalink=False,
            categories=[one.kind.value, words.state(one.state)],
        )
    written = edition.picture.written_at
    newest = max((one.updated_at for one in some[:NEWEST]), default=written)
    feed.latest_post_date = lambda: newest  # type: ignore[method-assign]
    return feed.writeString("utf-8").encode()


def calendar(edition: Edition, channel: Channel, some: Sequence[IncidentShown]) -> bytes:
    """Return iCalendar (RFC 5545) of maintenance: planned, running, over, and called off."""
    whole = Calendar()
    whole.add("prodid", "-//Troth//maintenance//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", channel.name)
    for one in some:
        whole.add_component(_event(edition, one))
    return bytes(whole.to_ical())


def _event(edition: Edition, one: IncidentShown) -> Event:
    event = Event()
    event.add("uid", _id(edition, one))
    event.add("dtstamp", one.updated_at.astimezone(UTC))
    event.add("last-modified", one.updated_at.astimezone(UTC))
    event.add("dtstart", begins(one).astimezone(UTC))
    event.add("dtend", (one.scheduled_until or begins(one)).astimezone(UTC))
    event.add("summary", one.name)
    event.add("description", one.updates[0].body if one.updates else "")
    event.add("url", edition.url(one.path))
    event.add("status", "CONFIRMED")
    event.add("sequence", max(0, len(one.updates) - 1))
    event.add("categories", [words.state(one.state)])
    event.add("transp", "OPAQUE" if one.state is not State.COMPLETED else "TRANSPARENT")
    return event


FEEDS: dict[str, Make] = {"rss": rss, "atom": atom, "json": json_feed}


def files(
    edition: Edition, channel: Channel, some: Callable[[], Sequence[IncidentShown]]
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield (path in the edition, what makes it) of a channel's three feeds."""
    for suffix, make in FEEDS.items():
        yield f"{channel.stem}.{suffix}", _made(make, edition, channel, some)


def _made(
    make: Make, edition: Edition, channel: Channel, some: Callable[[], Sequence[IncidentShown]]
) -> Callable[[], bytes]:
    return lambda: make(edition, channel, some())


def _id(edition: Edition, one: IncidentShown) -> str:
    return f"{edition.picture.site.base_url}/#{one.uid}"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
