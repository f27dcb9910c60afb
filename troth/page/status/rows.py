"""Components in rows and groups, as the front page shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.components.rules.results import GroupShown, Shown, Status
from troth.page.edition import Edition
from troth.page.situation import Situation
from troth.page.status import words
from troth.page.status.bars import bars
from troth.ui.words import share


@dataclass(frozen=True, slots=True)
class Row:
    """One component: its word and shape, its days, its uptime, and what else must be said."""

    shown: Shown
    url: str
    word: str
    shape: str
    share: str
    bars: SafeString
    note: str

    @property
    def html(self) -> SafeString:
        """The row as an item of a list. A page has hundreds: a template takes ten times as long."""
        note = format_html('<p class="quiet">{}</p>', self.note) if self.note else ""
        return format_html(
            '<li><b><a href="{}">{}</a> <span class="verdict is-{}">{}</span></b>'
            "<span>{}</span>{}{}</li>",
            self.url, self.shown.name, self.shape, self.word, self.share, note, self.bars,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A group with what stands in it; folded while all of it works."""

    group: GroupShown
    word: str
    shape: str
    rows: tuple[Row, ...]
    parts: tuple["Part", ...] = ()
    counts: str = ""
    is_open: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Services:
    rows: tuple[Row, ...]  # in no group
    parts: tuple[Part, ...]
    hidden: str  # how many are shown only when something is wrong
    days: int


def services(edition: Edition) -> Services | None:
    """Return the components of the page in the language now active; None where there are none."""
    now = edition.picture.situation
    if not now.components:
        return None
    shown = [one for one in now.components if _is_shown(one)]
    inside = {one.uid for one in now.groups}
    return Services(
        rows=tuple(row(edition, one) for one in shown if one.group not in inside),
        parts=tuple(_parts(edition, now, shown, None)),
        hidden=_hidden(len(now.components) - len(shown)),
        days=max((len(one.strip) for one in shown), default=0),
    )


def _is_shown(one: Shown) -> bool:
    return not (one.only_if_degraded and one.status is Status.OPERATIONAL)


def _hidden(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(n)d more works and is shown here only when it does not.",
        "%(n)d more work and are shown here only when they do not.",
        count,
    ) % {"n": count}


def _parts(
    edition: Edition, now: Situation, shown: Sequence[Shown], parent: str | None
) -> Iterator[Part]:
    known = {one.uid for one in now.groups}
    for one in now.groups:
        above = one.parent if one.parent in known else None
        if above == parent:
            part = _part(edition, now, shown, one)
            if part.rows or part.parts:
                yield part


def _part(edition: Edition, now: Situation, shown: Sequence[Shown], one: GroupShown) -> Part:
    members = [each for each in shown if each.group == one.uid]
    return Part(
        group=one,
        word=words.status(one.status),
        shape=words.shape(one.status),
        rows=tuple(row(edition, each) for each in members),
        parts=tuple(_parts(edition, now, shown, one.uid)),
        counts=_counts(members),
        is_open=one.status is not Status.OPERATIONAL,
    )


def _counts(members: Sequence[Shown]) -> str:
    text = ngettext("%(n)d service", "%(n)d services", len(members))
    return text % {"n": len(members)} if members else ""


def row(edition: Edition, one: Shown) -> Row:
    """Return one component's row in the language now active."""
    return Row(
        shown=one,
        url=edition.path(f"components/{one.slug}/"),
        word=words.status(one.status),
        shape=words.shape(one.status),
        share=share(one.share, 2) if one.share is not None else "",
        bars=bars(one.strip),
        note=_note(one),
    )


def _note(one: Shown) -> str:
    parts = [one.note, words.unseen(one)]
    if one.third_party:
        parts.append(_("Another company runs this."))
    return " ".join(part for part in parts if part)
