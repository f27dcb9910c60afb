"""Why a promise has its verdict, in one sentence. A promise that is simply kept needs none."""

from collections.abc import Callable
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.page.picture import Shown
from troth.promises.rules.results import Standing, SuspensionRow
from troth.ui import words


def reason(shown: Shown) -> str:
    """Return the reason in the language now active, or "" where there is nothing to explain."""
    standing = shown.standing
    if standing.why == "suspended":
        return _suspended(shown.suspensions)
    tell = _REASONS.get(standing.why)
    return tell(standing) if tell else ""


def _suspended(suspensions: tuple[SuspensionRow, ...]) -> str:
    running = [row for row in suspensions if row.ends_at is None] or list(suspensions)
    if not running:
        return _("We do not give this promise at present.")
    newest = max(running, key=lambda row: row.starts_at)
    return _("Suspended since %(day)s: %(reason)s") % {
        "day": words.day(newest.starts_at.date()),
        "reason": newest.reason,
    }


def _zero_tolerance(standing: Standing) -> str:
    bad = standing.total - standing.good
    return ngettext(
        "One failure breaks this promise, and there was one.",
        "One failure breaks this promise, and there were %(n)s.",
        bad,
    ) % {"n": words.number(bad)}


def _over_budget(standing: Standing) -> str:
    allowed = int((1 - standing.target) * standing.total)
    bad = standing.total - standing.good
    return _("%(bad)s of %(total)s failed. The target allows %(allowed)s.") % {
        "bad": words.amount(bad, timed=standing.timed),
        "total": words.amount(standing.total, timed=standing.timed),
        "allowed": words.amount(allowed, timed=standing.timed),
    }


def _few_cases(standing: Standing) -> str:
    return ngettext(
        "%(n)s case is too few for a verdict.", "%(n)s cases are too few for a verdict.",
        standing.total,
    ) % {"n": words.number(standing.total)}  # fmt: skip


def _short_history(standing: Standing) -> str:
    return _("We have records for %(share)s of this time, which is too little for a verdict.") % {
        "share": words.share(Fraction(standing.coverage).limit_denominator(1000), 0)
    }


def _burn(standing: Standing) -> str:
    left = standing.budget.exhausted_in if standing.budget else None
    if left is None:
        return _("Lately more cases failed than the target allows.")
    return _("At the present rate the failures that the target allows are used up in %(time)s.") % {
        "time": words.duration(left)
    }


_REASONS: dict[str, Callable[[Standing], str]] = {
    "zero_tolerance": _zero_tolerance,
    "over_budget": _over_budget,
    "few_cases": _few_cases,
    "short_history": _short_history,
    "burn": _burn,
    "posterior": lambda _standing: _("Lately more cases failed than the target allows."),
    "forecast": lambda _standing: _(
        "If the open cases end like those before them, we will miss the target."
    ),
    "silent": lambda _standing: _(
        "Nothing has been reported to us for too long. Silence does not count as kept."
    ),
    "untested": lambda _standing: _("No case has put this promise to the test yet."),
    "missing_slices": lambda _standing: _("Records are missing for too much of this time."),
    "not_attested": lambda _standing: _("There is no valid proof at present."),
}
