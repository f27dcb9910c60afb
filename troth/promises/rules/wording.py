"""A promise in plain sentences: what is counted, when, and what makes it broken."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from troth.core import windows
from troth.core.windows import Rolling, Window
from troth.promises.rules.terms import Counting, Terms

_UNITS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


def how_counted(terms: Terms) -> tuple[str, ...]:
    """Return sentences that say how the promise is judged, complete enough to redo it."""
    return tuple(_sentences(terms))


def _sentences(terms: Terms) -> Iterator[str]:
    counting = terms.counting
    yield _cases(counting)
    yield _kept(counting)
    yield _target(terms)
    yield f"Measured over {_listed([window(w) for w in terms.windows])}, in {terms.zone} time."
    if counting.undated:
        yield "A case without a date is no promise: it is counted apart, neither kept nor broken."
    if terms.target < 1 and terms.evaluator != "attestation":
        unit = "minutes" if counting.is_timed else "cases"
        yield f"Under {terms.needs.cases} {unit} there is no verdict."
    yield _silence(terms)
    if terms.needs.watermark:
        yield f"Results are provisional for {span(terms.needs.watermark)}, then closed."
    for category in terms.categories:
        cap = f", at most {percent(category.cap)} of the cases" if category.cap is not None else ""
        yield f"Cases may be excluded for “{category.name}”{cap}; the raw figure stays beside."


def _cases(counting: Counting) -> str:
    kinds = _listed([f"“{kind}”" for kind in counting.kinds]) if counting.kinds else "every kind"
    where = f" for which {counting.where}" if counting.where else ""
    if counting.evaluator == "timeslice" and counting.slice:
        return f"Time is cut into slices of {span(counting.slice)}, from signals {kinds}{where}."
    return f"Each case is a signal {kinds}{where}."


def _kept(counting: Counting) -> str:
    if counting.evaluator == "attestation":
        return "Kept while evidence is there that has not expired."
    if counting.evaluator == "timeslice":
        return f"A slice is good when {counting.slice_good}."
    return _due(counting) if counting.has_deadline else f"A case is kept when {counting.good}."


def _due(counting: Counting) -> str:
    if counting.calendar:
        hours = span(counting.after or 0)
        return f"A case is due after {hours} of “{counting.calendar}” hours, pauses left out."
    return (
        f"A case is judged when it falls due ({counting.due}); it is kept when"
        f" {counting.good}, and broken otherwise, even if it is still open."
    )


def _target(terms: Terms) -> str:
    if terms.evaluator == "attestation":
        return "Without valid evidence the promise is broken."
    if terms.target == 1:
        return "A single failure breaks the promise."
    return f"At least {percent(terms.target)} must be kept."


def _silence(terms: Terms) -> str:
    quiet = f" for {span(terms.needs.heartbeat)}" if terms.needs.heartbeat else ""
    said = {
        "unknown": "no data, which is not kept",
        "kept": "kept",
        "broken": "broken",
    }[terms.needs.no_data]
    return f"When nothing is heard{quiet}, it counts as {said}."


def window(value: Window) -> str:
    """Return “the last 28 days” or “the calendar month”."""
    if isinstance(value, Rolling):
        return f"the last {span(value.seconds)}"
    return f"the calendar {_UNITS[value.unit]}"


def span(seconds: int) -> str:
    """Return “3 days”, “72 minutes” or “1 hour”, exactly."""
    for size, unit in ((windows.DAY, "day"), (windows.HOUR, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def percent(share: Fraction) -> str:
    """Return the share as a percentage without rounding where it is a short decimal."""
    return f"{float(share * 100):.10g} %"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def backtested(kept: int, judged: int, months: int) -> str:
    """Say in how many of the last months the promise would have been kept."""
    if not judged:
        return f"There are no cases in the last {months} months to test it on."
    months_judged = f"the last {judged} months"
    if judged < months:
        months_judged = f"{judged} months with cases, of the last {months}"
    return f"With this target you would have kept it in {kept} of {months_judged}."


def too_tight(good: int, total: int, suggested: timedelta | None) -> str:
    """Warn that fewer than four fifths of the cases would have met the promise."""
    said = (
        f"This is tighter than reality: {good:,} of {total:,} cases ({100 * good / total:.1f} %)"
        " would have met it, fewer than four in five."
    )
    if suggested is None:
        return said
    return f"{said} Nine in ten were done within {span(int(suggested.total_seconds()))}."
