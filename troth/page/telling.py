"""A change told in words: the title and the text of an event, in the language now active."""

from django.utils.translation import gettext as _

from troth.page.picture import Event, Withdrawn
from troth.page.tongue import name_of
from troth.promises.rules.results import FlipRow, RestatementRow, TargetChange, Verdict
from troth.ui import verdicts, words


def title(event: Event) -> str:
    """Return one sentence that says what changed."""
    row, named = event.row, {"name": name_of(event.shown)}
    if isinstance(row, FlipRow):
        return _flip(row) % named
    if isinstance(row, TargetChange):
        return _target(row) % {**named, **_targets(row)}
    if isinstance(row, Withdrawn):
        return _("We withdrew our promise “%(name)s”.") % named
    return _("We corrected what we counted for “%(name)s”.") % named


def text(event: Event) -> str:
    """Return what else there is to know: before, after, why. Empty where the title says it all."""
    row = event.row
    if isinstance(row, FlipRow):
        return _("It was “%(was)s” before.") % {"was": verdicts.word(row.was)}
    if isinstance(row, TargetChange):
        return row.reason
    return "" if isinstance(row, Withdrawn) else _restated(row)


def _flip(row: FlipRow) -> str:
    if row.now is Verdict.KEPT:
        if row.was in (Verdict.BROKEN, Verdict.AT_RISK):
            return _("We keep our promise “%(name)s” again.")
        return _("We keep our promise “%(name)s”.")
    return {
        Verdict.BROKEN: _("We broke our promise “%(name)s”."),
        Verdict.AT_RISK: _("Our promise “%(name)s” is at risk."),
        Verdict.NO_DATA: _("There is no data for our promise “%(name)s”."),
        Verdict.NOT_ENOUGH: _("There is not enough evidence for our promise “%(name)s”."),
        Verdict.SUSPENDED: _("Our promise “%(name)s” is suspended."),
    }[row.now]


def _target(row: TargetChange) -> str:
    if row.was is None:
        return _("We made a promise: “%(name)s”, target %(now)s.")
    if row.now > row.was:
        return _("We promise more for “%(name)s”: %(now)s instead of %(was)s.")
    if row.now < row.was:
        return _("We promise less for “%(name)s”: %(now)s instead of %(was)s.")
    return _("We changed how we count “%(name)s”. The target stays at %(now)s.")


def _targets(row: TargetChange) -> dict[str, str]:
    return {
        "was": words.NOTHING if row.was is None else words.target(row.was),
        "now": words.target(row.now),
    }


def _restated(row: RestatementRow) -> str:
    reasons = {
        "late signals": _("signals came in late"),
        "corrected signals": _("signals were corrected"),
        "exclusion": _("cases were excluded"),
        "removed signals": _("signals were removed"),
    }
    if row.last is not None:
        return _several(row, reasons.get(row.reason, row.reason))
    return _(
        "On %(day)s we had counted %(before_good)s of %(before_total)s as kept; now it is "
        "%(after_good)s of %(after_total)s. Reason: %(reason)s."
    ) % {
        "day": words.day(row.date),
        "before_good": words.number(row.before_good),
        "before_total": words.number(row.before_total),
        "after_good": words.number(row.after_good),
        "after_total": words.number(row.after_total),
        "reason": reasons.get(row.reason, row.reason),
    }


def _several(row: RestatementRow, reason: str) -> str:
    return _(
        "On %(days)s days from %(first)s to %(last)s we had counted %(before_good)s of "
        "%(before_total)s as kept; now it is %(after_good)s of %(after_total)s. Reason: %(reason)s."
    ) % {
        "days": words.number(row.days),
        "first": words.day(row.date),
        "last": words.day(row.last or row.date),
        "before_good": words.number(row.before_good),
        "before_total": words.number(row.before_total),
        "after_good": words.number(row.after_good),
        "after_total": words.number(row.after_total),
        "reason": reason,
    }
