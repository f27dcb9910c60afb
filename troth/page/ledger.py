"""The register: every promise, every time it was broken, and what became of the remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from troth.page.card import figure, word
from troth.page.edition import Edition
from troth.page.picture import Shown, Withdrawn
from troth.page.reputed import Reputed, reputed
from troth.page.spans import during
from troth.page.tongue import language_of, name_of
from troth.promises import words as named
from troth.promises.rules.remedies import DROPPED, WITHDRAWN, RemedyRow, RemedyState, Violation
from troth.promises.rules.results import Verdict
from troth.ui import verdicts, words

MOST = 100  # violations on one page; trust.json has all of them
_EVERY = 100_000
_KEPT = (Verdict.KEPT, Verdict.AT_RISK)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing recorded about the remedy."""

    at: datetime
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One violation in words."""

    key: str
    began_at: datetime
    name: str
    url: str
    language: str
    text: str  # how long, over which window, how it ended
    state: str
    note: str
    before: tuple[Recorded, ...]  # what was recorded earlier, newest first


@dataclass(frozen=True, slots=True)
class Line:
    """One promise of the register."""

    name: str
    url: str
    language: str
    verdict: str  # key; "" where it is withdrawn
    word: str
    figure: str
    broken: int
    unsettled: int  # remedies owed or under way


@dataclass(frozen=True, slots=True)
class Register:
    reputed: Reputed | None
    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    more: int


def register(edition: Edition) -> Register:
    """Return the register in the language now active."""
    picture = edition.picture
    found = picture.violations
    promises: list[Shown | Withdrawn] = [*picture.promises, *picture.withdrawn]
    return Register(
        reputed=reputed(edition, most=_EVERY),
        lines=tuple(_line(edition, shown) for shown in promises),
        entries=entries(edition, found[:MOST]),
        more=max(0, len(found) - MOST),
    )


def entries(
    edition: Edition, found: Sequence[tuple[Shown | Withdrawn, Violation]]
) -> tuple[Entry, ...]:
    """Return violations in words, in the order given."""
    first = edition.picture.site.languages[0]
    return tuple(_entry(edition, shown, each, first) for shown, each in found[:MOST])


def _line(edition: Edition, shown: Shown | Withdrawn) -> Line:
    standing = shown.standing if isinstance(shown, Shown) else None
    return Line(
        name=name_of(shown),
        url=edition.path(f"promises/{shown.slug}/"),
        language=language_of(shown, edition.picture.site.languages[0]),
        verdict=standing.verdict if standing else "",
        word=word(standing) if standing else "",
        figure=figure(standing, timed=standing.timed) if standing else "",
        broken=len(shown.violations),
        unsettled=sum(
            each.state in (RemedyState.OWED, RemedyState.UNDER_WAY) for each in shown.violations
        ),
    )


def _entry(edition: Edition, shown: Shown | Withdrawn, each: Violation, first: str) -> Entry:
    return Entry(
        key=f"broken-{each.id}",
        began_at=each.began_at,
        name=name_of(shown),
        url=edition.path(f"promises/{shown.slug}/"),
        language=language_of(shown, first),
        text=_told(each),
        state=named.remedy(each.state),
        note=each.note,
        before=tuple(_recorded(row) for row in each.remedies[-2::-1]),
    )


def _recorded(row: RemedyRow) -> Recorded:
    return Recorded(row.at, named.remedy(row.state), row.note)


def _told(each: Violation) -> str:
    counted = _("Measured by what happened %(during)s.") % {"during": during(each.window)}
    found = _("We found it when we corrected past days.") if each.restated else ""
    return " ".join(part for part in (_lasted(each), counted, found) if part)


def _lasted(each: Violation) -> str:
    if not each.ended_as:
        return _("Still broken.")
    if each.ended_at is None or each.lasted is None:
        return _end(each)
    told = _("Broken for %(time)s, until %(day)s.") % {
        "time": words.duration(each.lasted),
        "day": words.day(each.ended_at.date()),
    }
    return f"{told} {_end(each)}"


def _end(each: Violation) -> str:
    """Say what came after it; only a promise that is kept is said to be kept again."""
    if each.ended_as == WITHDRAWN:
        return _("Then we withdrew the promise.")
    if each.ended_as == DROPPED:
        return _("We no longer count over this time.")
    if each.ended_as in _KEPT:
        return _("Then it was kept again.")
    return _("Then: %(verdict)s.") % {"verdict": verdicts.word(each.ended_as)}
