"""Incidents and maintenance as entries of feeds, of the history and of calendars."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from troth.incidents.rules.results import IncidentShown, UpdateShown
from troth.page.edition import Edition
from troth.page.situation import Entry, is_maintenance
from troth.page.status import words
from troth.page.story import Told
from troth.ui.words import instant


def told(edition: Edition, some: Iterable[IncidentShown]) -> list[Told]:
    """Return one entry for each incident, dated by its beginning."""
    return [
        Told(
            key=one.uid,
            kind=one.kind.value,
            at=_at(one),
            title=one.name,
            text=_plain(one),
            url=edition.path(one.path),
            page=one.path,
        )
        for one in some
    ]


def listed(edition: Edition, some: Iterable[Entry]) -> list[Told]:
    """Return the lines of a list: what began when and when it was over."""
    return [
        Told(
            key=one.uid,
            kind=one.kind.value,
            at=one.started_at,
            title=title(one),
            text=_until(one),
            url=edition.path(one.path),
            page=one.path,
        )
        for one in some
    ]


def title(one: Entry | IncidentShown) -> str:
    return _("Maintenance: %(name)s") % {"name": one.name} if is_maintenance(one) else one.name


def _until(one: Entry) -> str:
    if one.resolved_at is None:
        return "" if is_maintenance(one) else _("Not over yet.")
    if one.resolved_at < one.started_at:
        return _("The records say that it ended before it began.")
    return _("Over since %(moment)s.") % {"moment": instant(one.resolved_at)}


def _at(one: IncidentShown) -> datetime:
    newest = one.updates[0].at if one.updates else one.updated_at
    return newest.astimezone(UTC)


def _plain(one: IncidentShown) -> str:
    if not one.updates:
        return ""
    newest = one.updates[0]
    return f"{words.state(newest.state)}: {newest.body}"


def html(one: IncidentShown) -> SafeString:
    """Return all updates of an incident, newest first, as feeds carry them."""
    return format_html_join(
        "", "<p><small>{}</small><br><strong>{}</strong></p>{}", map(_row, one.updates)
    )


def _row(update: UpdateShown) -> tuple[str, str, SafeString]:
    body = mark_safe(update.html)  # noqa: S308 - rendered and cleaned by incidents
    return instant(update.at), words.state(update.state), body


def dated(edition: Edition, one: IncidentShown) -> SafeString:
    """Return the feed's text of a maintenance: when it is planned for, then its updates."""
    if not (is_maintenance(one) and one.scheduled_for and one.scheduled_until):
        return html(one)
    zone = edition.picture.situation.zone
    planned = _("Planned from %(start)s to %(end)s.") % {
        "start": instant(one.scheduled_for, zone),
        "end": instant(one.scheduled_until, zone),
    }
    return format_html("<p>{}</p>{}", planned, html(one))
