"""One promise as the front page shows it: text, figure, verdict, strip, and how it is counted."""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from troth.page.edition import Edition
from troth.page.lensed import lensed
from troth.page.picture import Shown
from troth.page.reason import reason
from troth.page.spans import during
from troth.page.tongue import language_of, name_of, text_of
from troth.promises.rules.results import Standing, Verdict, WindowResult
from troth.ui import words

# Shown as counts, never as a rate: there is too little to call it one.
_NO_RATE = (Verdict.NO_DATA, Verdict.NOT_ENOUGH, Verdict.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Card:
    shown: Shown
    url: str
    name: str
    text: str
    language: str  # of name and text
    figure: str
    verdict: Verdict
    word: str  # in place of the verdict's usual one; "" = the usual one
    reason: str
    lines: tuple[str, ...]
    why: tuple[str, ...]  # of a contract: what it counts of what everyone sees
    target: float
    label: str  # of the strip, for those who do not see it

    @property
    def standing(self) -> Standing:
        return self.shown.standing

    @property
    def tested(self) -> bool:
        """Whether any day of the strip had a case; a strip of nothing is not drawn."""
        return any(day.total for day in self.standing.strip)


def card(edition: Edition, shown: Shown) -> Card:
    """Return the card of one promise in the language now active."""
    standing = shown.standing
    return Card(
        shown=shown,
        url=edition.path(f"promises/{shown.slug}/"),
        name=name_of(shown),
        text=text_of(shown),
        language=language_of(shown, edition.picture.site.languages[0]),
        figure=figure(standing, timed=standing.timed),
        verdict=standing.verdict,
        word=word(standing),
        reason=reason(shown),
        lines=tuple(_lines(standing)),
        why=tuple(lensed(shown)),
        target=float(standing.target),
        label=_("Share kept on each of the last %(days)d days.") % {"days": len(standing.strip)},
    )


def word(standing: Standing) -> str:
    """Return the word for a promise that nothing has tested yet, else nothing."""
    return pgettext("verdict", "not tested yet") if standing.why == "untested" else ""


def figure(result: Standing | WindowResult, *, timed: bool = False) -> str:
    """Return the share, or the number of cases where they are too few for one."""
    if result.verdict in _NO_RATE or result.share is None:
        if timed:
            return words.amount(result.total, timed=True)
        text = ngettext("%(n)s case", "%(n)s cases", result.total)
        return text % {"n": words.number(result.total)}
    return words.share(Fraction(result.good, result.total))


def _lines(standing: Standing) -> list[str]:
    window = standing.windows[0].window if standing.windows else ""
    lines = [_counts(standing, window)] if standing.total and window else []
    if standing.interval and standing.verdict not in _NO_RATE:
        given = words.interval(standing.interval.low, standing.interval.high)
        lines.append(_("90 %% interval %(interval)s") % {"interval": given})
    if not any(day.total for day in standing.strip):
        lines.append(_("target %(share)s") % {"share": words.target(standing.target)})
    return lines + _manner(standing) + _flags(standing)


def _counts(standing: Standing, window: str) -> str:
    return _("%(good)s of %(total)s %(during)s") % {
        "good": words.amount(standing.good, timed=standing.timed),
        "total": words.amount(standing.total, timed=standing.timed),
        "during": during(window),
    }


def _manner(standing: Standing) -> list[str]:
    lines = []
    if standing.evaluator == "deadline":
        lines.append(_("open and overdue counts as broken"))
    if standing.target == 1:
        lines.append(_("one failure breaks it"))
    if (standing.raw_good, standing.raw_total) != (standing.good, standing.total):
        excluded = standing.raw_total - standing.total
        lines.append(
            ngettext("%(n)s case excluded", "%(n)s cases excluded", excluded)
            % {"n": words.number(excluded)}
        )
    return lines


def _flags(standing: Standing) -> list[str]:
    lines = []
    if standing.pending:
        lines.append(
            ngettext("%(n)s not due yet", "%(n)s not due yet", standing.pending)
            % {"n": words.number(standing.pending)}
        )
    if standing.provisional:
        lines.append(_("the newest days are provisional"))
    if standing.restated:
        lines.append(_("corrected later"))
    return lines
