"""What changed lately, whatever it was: one list, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.promises import queries
from troth.ui import verdicts, words

_MOST = 40


@dataclass(frozen=True, slots=True)
class Happening:
    """One change: when, of which promise, in a few words, and where there is more."""

    at: datetime
    name: str
    text: str
    url: str
    verdict: str = ""
    is_first: bool = False  # a verdict where there was none: nothing changed


def since(when: datetime) -> list[Happening]:
    """Return verdicts that flipped, targets, exclusions and results that changed since then."""
    names = {one.slug: one.name for one in queries.promises()}
    found = [*_flips(when), *_targets(when)]
    found += _exclusions(when, names) + _restatements(when, names)
    return sorted(found, key=lambda one: one.at, reverse=True)[:_MOST]


def _flips(when: datetime) -> list[Happening]:
    return [
        Happening(
            flip.at,
            flip.name,
            _("was %(was)s, now") % {"was": verdicts.word(flip.was)} if flip.was else _("now"),
            _url(flip.slug, "flips"),
            flip.now.value,
            is_first=not flip.was,
        )
        for flip in queries.flips(since=when, headline=True, limit=_MOST)
    ]


def _targets(when: datetime) -> list[Happening]:
    return [
        Happening(change.declared_at, change.name, _target(change.was, change.now), url)
        for change in queries.target_changes(since=when, limit=_MOST)
        for url in [_url(change.slug, "targets")]
    ]


def _target(was: words.Number | None, now: words.Number) -> str:
    if was is None or was == now:
        return _("has new terms")
    return _("has a new target: %(was)s → %(now)s") % {
        "was": words.target(was),
        "now": words.target(now),
    }


def _exclusions(when: datetime, names: dict[str, str]) -> list[Happening]:
    return [
        Happening(
            row.withdrawn_at or row.recorded_at,
            names.get(row.slug, row.slug),
            (_("exclusion withdrawn: %(c)s") if row.withdrawn_at else _("cases excluded: %(c)s"))
            % {"c": row.category},
            _url(row.slug, "exclusions"),
        )
        for row in queries.exclusions()
        if (row.withdrawn_at or row.recorded_at) >= when
    ]


def _restatements(when: datetime, names: dict[str, str]) -> list[Happening]:
    """Return one line for each promise and day on which results were restated."""
    rows = queries.restatements(since=when, limit=1000)
    groups: dict[tuple[str, object], list[datetime]] = {}
    for row in rows:
        groups.setdefault((row.slug, row.at.date()), []).append(row.at)
    return [
        Happening(
            max(times),
            names.get(slug, slug),
            ngettext("%(n)s day restated", "%(n)s days restated", len(times)) % {"n": len(times)},
            _url(slug, "restatements"),
        )
        for (slug, _day), times in groups.items()
    ]


def _url(slug: str, place: str) -> str:
    return f"{reverse('promises:show', args=[slug])}#{place}"
