"""What a report comes to, in the few lines that are sent with its link, in a reader's language."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from troth.desk.reporting import periods
from troth.desk.reporting.sections import Figures, signed
from troth.ui import words

_MOST: Final = 5  # figures of a month, in the order of the report


def told(content: Figures, language: str) -> str:
    """Return the headline figures of a report, a line each; "" where there is none."""
    with override(language):
        say = {periods.WEEKLY: _weekly, periods.MONTHLY: _monthly, periods.QUARTERLY: _quarterly}
        return "\n".join(say[content["kind"]](content))


def _weekly(content: Figures) -> Iterable[str]:
    score, pillars = content["score"], content["pillars"]
    if score["value"] is None:
        yield _("Not enough evidence for a score.")
    else:
        low, high = (words.number(score[end], 1) for end in ("low", "high"))
        found = {"score": words.number(score["value"], 1), "low": low, "high": high}
        yield _("Score %(score)s of 100 (%(low)s to %(high)s).") % found + _in_the_week(score)
    names = ("cracks", "trifles", "blind_spots", "wins")
    cracks, trifles, blind, wins = (sum(len(one[name]) for one in pillars) for name in names)
    yield ", ".join((
        ngettext("%(n)s hairline crack", "%(n)s hairline cracks", cracks) % {"n": cracks},
        ngettext("%(n)s trifle", "%(n)s trifles", trifles) % {"n": trifles},
        ngettext("%(n)s blind spot", "%(n)s blind spots", blind) % {"n": blind},
        ngettext("%(n)s small win", "%(n)s small wins", wins) % {"n": wins},
    ))  # fmt: skip


def _in_the_week(score: Figures) -> str:
    if score["change"] is None:
        return ""
    return " " + _("In the week: %(change)s.") % {"change": signed(score["change"])}


def _monthly(content: Figures) -> Iterable[str]:
    titles = _titles()
    known = [one for one in content["outcomes"] if one.get("value") is not None]
    for one in known[:_MOST]:
        yield f"{titles.get(one['name'], one['title'])}: {_measured(one)}{_change(one)}"
    if not known:
        yield _("No figure has enough cases.")


def _titles() -> dict[str, str]:
    """Return what outcomes are called; one of people's own is called what they call it."""
    return {
        "csat": "CSAT", "nps": "NPS", "clv": _("Customer lifetime value"),
        "repeat_purchase": _("Repeat purchase rate"), "churn_contract": _("Churn (contracts)"),
        "churn_buying": _("Churn (without contract)"), "aov": _("Average order value"),
        "retention": _("Retention"), "breakage": _("Reward breakage"),
    }  # fmt: skip


def _measured(one: Figures) -> str:
    """Write a figure with its interval: “78.7 % (70.6 to 85.0 %)”."""
    value = words.measured(one["value"], one["unit"])
    if one["low"] is None:
        return value
    low, high = (words.measured(one[end], one["unit"]) for end in ("low", "high"))
    return f"{value} ({_('%(first)s to %(last)s') % {'first': low, 'last': high}})"


def _change(one: Figures) -> str:
    change = one["change"]
    if change is None:
        return ""
    times, unit = (100, _("pp")) if one["unit"] == "share" else (1, "")
    amount = f"{signed(change['points'] * times)} {unit}".strip()
    if "low" in change and change["low"] <= 0 <= change["high"]:
        return ", " + _("%(change)s to the month before: may be chance") % {"change": amount}
    return ", " + _("%(change)s to the month before") % {"change": amount}


def _quarterly(content: Figures) -> Iterable[str]:
    accounts = content["accounts"]
    answers: Counter[str] = sum((Counter(one["answers"]) for one in accounts), Counter())
    count = len(accounts)
    yield ngettext(
        "%(n)s account has a review.", "%(n)s accounts have a review.", count
    ) % {"n": words.number(count)}  # fmt: skip
    if accounts:
        yield _("Promises: %(met)s met, %(missed)s missed, %(open)s cannot be told.") % {
            name: words.number(answers[name]) for name in ("met", "missed", "open")
        }
