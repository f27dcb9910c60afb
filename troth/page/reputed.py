"""The share of promises kept, in words: never kinder than the counts, never surer than they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.page.card import word
from troth.page.edition import Edition
from troth.page.sentence import listed
from troth.page.tongue import name_of
from troth.promises.rules.reputation import Reputation
from troth.promises.rules.results import Standing
from troth.ui import verdicts, words

_NAMED = 6  # more than these are counted; the register names all


@dataclass(frozen=True, slots=True)
class Reputed:
    figure: str  # a share, or "3 of 4" where too few are judged to call it one
    counted: str  # what the figure is of
    interval: str  # "" where there is none
    lines: tuple[str, ...]
    register: str  # where every promise is


def reputed(edition: Edition, *, most: int = _NAMED) -> Reputed | None:
    """Return the headline in the language now active; None where nothing is promised."""
    found = edition.picture.reputation
    if not found.promises:
        return None
    given = found.interval
    return Reputed(
        figure=_counts(found) if found.share is None else words.share(found.share, 0),
        counted=_counted(found),
        interval=words.interval(given.low, given.high, 0) if given else "",
        lines=tuple(line for line in (_at_risk(found), _apart(edition, found.apart, most)) if line),
        register=edition.path("promises/"),
    )


def _counts(found: Reputation) -> str:
    return _("%(kept)s of %(judged)s") % {
        "kept": words.number(found.kept),
        "judged": words.number(found.judged),
    }


def _counted(found: Reputation) -> str:
    if not found.judged:
        return _("promises kept: none can be judged yet")
    if found.share is None:
        return _("promises kept, of those we can judge")
    return _("of our promises kept: %(counts)s that we can judge") % {"counts": _counts(found)}


def _at_risk(found: Reputation) -> str:
    if not found.at_risk:
        return ""
    return ngettext(
        "%(n)s of those kept is at risk.", "%(n)s of those kept are at risk.", found.at_risk
    ) % {"n": words.number(found.at_risk)}


def _apart(edition: Edition, apart: Sequence[Standing], most: int) -> str:
    """Name the promises that are neither kept nor broken, and why."""
    if not apart:
        return ""
    names = {shown.slug: name_of(shown) for shown in edition.picture.promises}
    said = [f"{names[one.slug]} ({word(one) or verdicts.word(one.verdict)})" for one in apart]
    rest = len(said) - most
    if rest > 0:
        more = ngettext("%(n)s more", "%(n)s more", rest) % {"n": words.number(rest)}
        said = [*said[:most], more]
    return _("Counted on neither side: %(names)s.") % {"names": listed(said)}
