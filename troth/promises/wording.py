"""Why a promise has its verdict, in one sentence."""

from collections.abc import Callable, Sequence

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext

from troth.promises.rules.results import Gap, Standing, WindowResult
from troth.ui import words


def reason(standing: Standing) -> str:
    """Return why the headline window has its verdict; "" before it was judged."""
    if standing.judged_at is None or not standing.windows:
        return _("Not judged yet.")
    return window_reason(standing.windows[0])


def window_reason(window: WindowResult) -> str:
    """Return why one window has its verdict."""
    say = _SENTENCES.get(window.why)
    return say(window) if say else ""


def _late(window: WindowResult) -> str:
    allowed = int(window.budget.allowed) if window.budget else 0
    said = ngettext(
        "%(bad)s of %(total)s failed, %(allowed)s was allowed.",
        "%(bad)s of %(total)s failed, %(allowed)s were allowed.",
        allowed,
    ) % {
        "bad": words.number(window.bad),
        "total": words.number(window.total),
        "allowed": words.number(allowed),
    }
    return f"{said} {_by_which_target(window)}".strip()


def _by_which_target(window: WindowResult) -> str:
    """Return a sentence where cases of the window opened under different targets."""
    if window.budget is None or window.budget.allowed == (1 - window.target) * window.total:
        return ""
    return _("Each case counts by the target in force when it opened.")


def _zero(window: WindowResult) -> str:
    return ngettext(
        "%(bad)s case failed, and none may.", "%(bad)s cases failed, and none may.", window.bad
    ) % {"bad": words.number(window.bad)}


def _few(window: WindowResult) -> str:
    return ngettext(
        "Only %(n)s case so far: too few for a verdict.",
        "Only %(n)s cases so far: too few for a verdict.",
        window.total,
    ) % {"n": words.number(window.total)}


def _history(window: WindowResult) -> str:
    return _("Only %(part)s of the window has any history.") % {
        "part": words.share(window.coverage, 0)
    }


def _forecast(window: WindowResult) -> str:
    return _("Once the pending cases fall due, %(share)s is expected.") % {
        "share": words.share(window.forecast)
    }


def _slices(window: WindowResult) -> str:
    return _("%(n)s slices of time are without data.") % {"n": words.number(window.unknown)}


def _said(text: str | Lazy) -> Callable[[WindowResult], str]:
    return lambda _window: str(text)


_SENTENCES: dict[str, Callable[[WindowResult], str]] = {
    "suspended": _said(later("Suspended: publicly not given at this time.")),
    "zero_tolerance": _zero,
    "silent": _said(later("The signals have been silent for longer than their heartbeat.")),
    "untested": _said(later("Not tested yet: there was no case.")),
    "few_cases": _few,
    "short_history": _history,
    "over_budget": _late,
    "posterior": _said(later("The recent cases say it will probably not hold.")),
    "burn": _said(later("At this speed the budget does not last.")),
    "forecast": _forecast,
    "missing_slices": _slices,
    "attested": _said(later("Valid evidence is there.")),
    "not_attested": _said(later("There is no valid evidence.")),
    "within": _late,
}


def summary(standings: Sequence[Standing]) -> str:
    """Return how many promises are kept, in one sentence."""
    kept = sum(one.verdict == "kept" for one in standings)
    if not standings:
        return _("Nothing is promised yet.")
    if kept == len(standings):
        return ngettext("The one promise is kept.", "All %(all)s promises are kept.", kept) % {
            "all": words.number(kept)
        }
    return ngettext(
        "%(kept)s of %(all)s promise is kept.",
        "%(kept)s of %(all)s promises are kept.",
        len(standings),
    ) % {"kept": words.number(kept), "all": words.number(len(standings))}


def sorts() -> list[tuple[str, str]]:
    """Return the orders a list can have: key and name."""
    return [
        ("verdict", _("worst first")),
        ("margin", _("furthest below target")),
        ("name", _("by name")),
        ("cases", _("most cases")),
        ("position", _("as on the page")),
    ]


def gap(found: Gap) -> tuple[str, str, str]:
    """Return the gap at the median, whether early or late, and a sentence about nine of ten."""
    side = _("early") if (found.p50 or 0) <= 0 else _("late")
    if (found.p90 or 0) > 0:
        most = _("Nine of ten came no more than %(time)s late")
    else:
        most = _("Nine of ten came at least %(time)s early")
    return _rough(found.p50), side, most % {"time": _rough(found.p90)}


def _rough(seconds: float | None) -> str:
    """Return a length of time without its sign, in its largest unit alone."""
    length = abs(seconds or 0)
    unit = next((size for size in (86_400, 3_600, 60) if length >= 2 * size), 1)
    return words.duration(round(length / unit) * unit)
