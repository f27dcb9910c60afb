"""How a promise is counted, in sentences: complete enough that a reader could count again."""

from collections.abc import Iterator

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.core.windows import Rolling, Window
from troth.page import clauses
from troth.page.plain import plainly
from troth.page.sentence import listed
from troth.promises.rules.terms import Counting, Terms
from troth.ui import words


def explained(terms: Terms) -> list[str]:
    """Return the sentences in the language now active."""
    return list(_sentences(terms))


def _sentences(terms: Terms) -> Iterator[str]:
    counting = terms.counting
    timed = clauses.read(counting)
    if timed:
        yield from _time(timed, terms)
    else:
        yield _cases(counting)
        yield from _kept(counting)
        yield _target(terms)
    yield _windows(terms)
    if counting.undated:
        yield _(
            "A case without a due time is no promise. "
            "We count it apart, as neither kept nor broken."
        )
    if terms.target < 1 and terms.evaluator != "attestation":
        yield _few(terms)
    yield from _silence(terms)
    yield from _closing(terms)
    yield from _exclusions(terms)


def _time(found: clauses.Clauses, terms: Terms) -> Iterator[str]:
    yield _("We count the time of “%(name)s”, to the second.") % {"name": found.component}
    if not found.is_always:
        yield _(
            "Only the time from %(first)s:00 to %(end)s:00 counts, %(days)s, as clocks show it in "
            "%(zone)s."
        ) % {
            "first": found.hours[0],
            "end": found.hours[1],
            "days": _weekdays(found.weekdays),
            "zone": terms.zone,
        }
    yield {
        clauses.UP: _("Maintenance announced in time counts as the formula for everyone says."),
        clauses.LEFT_OUT: _("Maintenance announced in time is left out: neither up nor down."),
        clauses.DOWN: _("Maintenance counts as down, also where it was announced in time."),
    }[found.planned]
    yield _("It must be up for at least %(share)s of the time that counts.") % {
        "share": words.target(terms.target)
    }


def _weekdays(days: tuple[int, int]) -> str:
    if days == (1, 7):
        return _("on every day")
    if days[0] == days[1]:
        return str(WEEKDAYS[days[0] - 1])
    first, last = (WEEKDAYS[day - 1] for day in days)
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _cases(counting: Counting) -> str:
    kinds = listed([_("“%(name)s”") % {"name": kind} for kind in counting.kinds])
    if counting.evaluator == "timeslice":
        text = _("We cut time into slices of %(slice)s and look at what is reported as %(kinds)s.")
        said = text % {"slice": words.duration(counting.slice), "kinds": kinds}
    else:
        said = _("We count every case reported as %(kinds)s.") % {"kinds": kinds}
    if counting.where:
        said += " " + _("Only those count where %(condition)s.") % {
            "condition": plainly(counting.where)
        }
    return said


def _kept(counting: Counting) -> Iterator[str]:
    if counting.evaluator == "attestation":
        yield _("The promise is kept while there is proof that has not run out.")
    elif counting.evaluator == "timeslice":
        good = plainly(counting.slice_good, "slice")
        yield _("A slice is good when %(condition)s.") % {"condition": good}
    elif counting.calendar:
        yield _("A case is due after %(time)s of working time (“%(calendar)s”).") % {
            "time": words.duration(counting.after or 0),
            "calendar": counting.calendar,
        }
        yield _overdue()
    else:
        yield from _judged(counting)


def _judged(counting: Counting) -> Iterator[str]:
    yield _("A case is kept when %(condition)s.") % {"condition": plainly(counting.good)}
    if counting.has_deadline:
        yield _("It is judged at this moment: %(moment)s.") % {
            "moment": plainly(counting.due, "time")
        }
        yield _overdue()


def _overdue() -> str:
    return _("A case that is still open then counts as broken.")


def _target(terms: Terms) -> str:
    if terms.evaluator == "attestation":
        return _("Without valid proof the promise is broken.")
    if terms.target == 1:
        return _("A single failure breaks the promise.")
    return _("At least %(share)s of the cases must be kept.") % {
        "share": words.target(terms.target)
    }


def _windows(terms: Terms) -> str:
    return _("We look at %(windows)s. Days begin and end at midnight in %(zone)s.") % {
        "windows": listed([_window(window) for window in terms.windows]),
        "zone": terms.zone,
    }


def _window(window: Window) -> str:
    if isinstance(window, Rolling):
        return _("the last %(time)s") % {"time": words.duration(window.seconds)}
    return {
        "D": _("the current day"),
        "W": _("the current week"),
        "M": _("the current month"),
        "Q": _("the current quarter"),
        "Y": _("the current year"),
    }[window.unit]


def _few(terms: Terms) -> str:
    cases = terms.needs.cases
    if terms.counting.is_timed:
        given = words.duration(cases * 60)
        return _("With less than %(time)s counted we give no verdict.") % {"time": given}
    return ngettext(
        "With fewer than %(n)s case we give no verdict.",
        "With fewer than %(n)s cases we give no verdict.",
        cases,
    ) % {"n": words.number(cases)}


def _silence(terms: Terms) -> Iterator[str]:
    if terms.needs.heartbeat:
        yield _("When nothing is reported for %(time)s, we say that there is no data.") % {
            "time": words.duration(terms.needs.heartbeat)
        }
    elif terms.needs.no_data == "unknown":
        yield _("When nothing is reported, we say that there is no data. We never call it kept.")
    if terms.needs.no_data == "kept":
        yield _("No report counts as kept here, because only failures are reported.")
    if terms.needs.no_data == "broken":
        yield _("No report counts as broken here.")


def _closing(terms: Terms) -> Iterator[str]:
    if terms.needs.watermark:
        yield _(
            "A day stays provisional for %(time)s. What changes later is listed as a correction."
        ) % {"time": words.duration(terms.needs.watermark)}


def _exclusions(terms: Terms) -> Iterator[str]:
    for category in terms.categories:
        name = {"category": category.name}
        if category.cap is None:
            yield _("Cases may be left out for “%(category)s”; each time is listed here.") % name
        else:
            yield _(
                "Cases may be left out for “%(category)s”, at most %(cap)s of them; "
                "each time is listed here."
            ) % {**name, "cap": words.target(category.cap)}
