"""Readers hear of what became public: the story goes to the outbox with the fact itself."""

from collections.abc import Collection, Sequence
from datetime import datetime

from troth.components import queries as components
from troth.components.queries.labels import Label, labels
from troth.components.rules.words import WORDS
from troth.incidents.models import Incident, Update
from troth.incidents.queries import showing
from troth.incidents.rules import revising, stories
from troth.incidents.rules.results import IncidentShown
from troth.incidents.rules.stories import Heard, Where
from troth.notify import actions as notify
from troth.notify import queries as messages
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

BY = "the installation"
_NO_PAGE = "-"  # no page has this name


def tell(row: Incident, shown: IncidentShown, *, now: datetime) -> None:
    """Tell readers of a change of a published incident, in the caller's transaction.

    History that is imported or back-dated is no news, and what its writer sent to nobody stays so.
    """
    heard = heard_of(row.uid)
    if row.backfilled or not shown.updates or not _is_to_be_told(shown, heard):
        return
    notify.tell(story=story_now(shown, heard=heard), by=row.by or BY, now=now)


def story_of(shown: IncidentShown) -> Story:
    """Return the story that readers were told of an incident as it stands, or would be told."""
    told = messages.last_told(f"incident:{shown.uid}", but=(Event.MAINTENANCE_REMINDER,))
    if told is not None and told.revision == shown.revision:
        return told
    return story_now(shown, heard=heard_of(shown.uid))


def story_now(shown: IncidentShown, *, heard: Heard | None) -> Story:
    """Return the story of an incident as it stands, after what readers have heard."""
    event = stories.event_of(shown, heard=heard)
    return stories.story_of(shown, event=event, heard=heard, where=_where(shown))


def remind(row: Incident, *, now: datetime) -> None:
    """Tell readers once more of a planned maintenance that is near."""
    [whole] = showing.shown([row])
    if row.listed_at is None or not whole.updates:
        return
    shown = revising.revised(whole)
    heard = heard_of(shown.uid)
    story = stories.story_of(
        shown, event=Event.MAINTENANCE_REMINDER, heard=heard, where=_where(shown)
    )
    notify.tell(story=story, by=BY, now=now)


def heard_of(uid: str) -> Heard | None:
    """Return what readers were told of an incident last, reminders apart."""
    last = messages.last_told(f"incident:{uid}", but=(Event.MAINTENANCE_REMINDER,))
    return Heard(event=last.event, update=str(last.data.get("update") or "")) if last else None


def _is_to_be_told(shown: IncidentShown, heard: Heard | None) -> bool:
    newest = shown.updates[0].uid
    if heard is not None and heard.update == newest:
        return True  # a correction goes where the mistake went
    return Update.objects.filter(uid=newest).values_list("notify", flat=True).first() is not False


def _where(shown: IncidentShown) -> Where:
    uids = {*shown.components, *(one.component for one in shown.spans)}
    found = labels(uids)
    pages = _pages(frozenset(shown.components))
    return Where(
        address=components.address(shown.path, on=_homes(pages, shown.audiences)),
        names={uid: label.name for uid, label in found.items() if _is_seen(label, shown)},
        groups={uid: label.group for uid, label in found.items()},
        states=WORDS,
        pages=pages,
    )


def _is_seen(label: Label, shown: IncidentShown) -> bool:
    """Return whether all who are told of an incident may see this component."""
    told = set(shown.audiences)
    return not label.audiences or (bool(told) and told <= set(label.audiences))


def _homes(pages: Sequence[str], audiences: Collection[str]) -> tuple[str, ...]:
    """Return which of these pages has an incident that is for some audiences alone, if it is."""
    if not audiences:
        return tuple(pages)
    theirs = [one.slug for one in components.pages() if set(one.audiences) & set(audiences)]
    return tuple(slug for slug in theirs if not pages or slug in pages)


def _pages(uids: frozenset[str]) -> tuple[str, ...]:
    """Return the pages that show one of these components, "" for the main one.

    Without components it is on all of them: nothing. What no page shows is on `_NO_PAGE`.
    """
    return (components.slugs_showing(uids) or (_NO_PAGE,)) if uids else ()
