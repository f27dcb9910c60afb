"""One sheet to hand on: what we promise, whether we keep it, what we run, as of one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.incidents.rules.results import IncidentShown
from troth.page.card import card
from troth.page.edition import Edition
from troth.page.reputed import reputed
from troth.page.situation import begins, is_maintenance
from troth.page.spokenly import spoken
from troth.page.status import words as status
from troth.page.status.saying import joined
from troth.ui import verdicts, words

DAYS = 90
_MOST = 24  # lines of each table: it is one sheet


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    word: str
    figure: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    heading: str
    lines: tuple[Line, ...]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    organisation: str
    title: str
    as_of: datetime
    told: str  # when it holds, in words
    headline: str
    reputation: str
    tables: tuple[Table, ...]
    source: str
    revision: str


def sheet(edition: Edition, *, at: datetime) -> Sheet:
    """Return the sheet in the language now active, from a picture as of `at`."""
    picture = edition.picture
    headline = joined([spoken(edition, one) for one in picture.promises], picture.situation)
    found = reputed(edition)
    every = (_promises(edition), _services(edition), _incidents(picture.situation.recent, at))
    return Sheet(
        organisation=picture.site.organisation,
        title=_("What we promise and whether we keep it"),
        as_of=at,
        told=_("As of %(moment)s") % {"moment": words.instant(at)},
        headline=f"{headline.headline} {headline.more}".strip(),
        reputation=f"{found.figure} {found.counted}" if found else "",
        tables=tuple(table for table in every if table.lines),
        source=edition.url(),
        revision=picture.revision,
    )


def _table(heading: str, lines: Sequence[Line]) -> Table:
    left = len(lines) - _MOST
    text = ngettext("%(n)d more on our page", "%(n)d more on our page", left) % {"n": left}
    return Table(heading, tuple(lines[:_MOST]), text if left > 0 else "")


def _promises(edition: Edition) -> Table:
    cards = [card(edition, shown) for shown in edition.picture.promises]
    return _table(
        _("What we promise"),
        [
            Line(one.text, one.word or verdicts.word(one.verdict), one.figure, one.reason)
            for one in cards
        ],
    )


def _services(edition: Edition) -> Table:
    lines = [
        Line(
            one.name,
            status.status(one.status),
            words.share(one.share, 2) if one.share is not None else "",
            status.unseen(one),
        )
        for one in edition.picture.situation.components
    ]
    return _table(_("What we run, with its uptime in 90 days"), lines)


def _incidents(some: Sequence[IncidentShown], at: datetime) -> Table:
    first = at - timedelta(days=DAYS)
    lines = [
        Line(one.name, status.state(one.state), words.day(begins(one).date()), _lasted(one))
        for one in some
        if not is_maintenance(one) and begins(one) >= first
    ]
    return _table(_("What went wrong in 90 days"), lines)


def _lasted(one: IncidentShown) -> str:
    if one.resolved_at is None or one.resolved_at <= one.started_at:
        return ""
    return words.duration(one.resolved_at - one.started_at)
