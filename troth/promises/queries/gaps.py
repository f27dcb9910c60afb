"""Expected against experienced: how early or late cases were, and what could be promised."""

from dataclasses import replace
from datetime import timedelta

from troth.core.windows import DAY, Span
from troth.metrics import queries as metrics
from troth.metrics import sketches
from troth.metrics.rules import Measure
from troth.promises.models import Followed
from troth.promises.queries.opinions import Opinion
from troth.promises.rules import measures
from troth.promises.rules.frames import frame
from troth.promises.rules.results import Gap
from troth.promises.rules.terms import Terms
from troth.signals.store import Tally

_RANKS = (0.5, 0.9)


def expectation_gap(opinion: Opinion) -> Gap | None:
    """Return resolved - due over the headline window, from what the metrics keep tallied.

    None where the promise has no due date, or nothing was resolved yet.
    """
    place = frame(opinion.terms.windows[0], opinion.at, opinion.terms.tz)
    followed = Followed.objects.filter(version=opinion.version, part="gap")
    series = list(followed.values_list("series_id", flat=True)) or _inherited(opinion)
    if not series:
        return None
    found = metrics.tallies(series=series, span=place.span)
    marks = metrics.percentiles(series=series[-1], span=place.span, ranks=_RANKS)
    n, early = int(found.n.sum()), int(found.good.sum())
    if not n or marks is None:
        return None
    mean = float(found.sum.sum()) / n
    return Gap(n, mean, marks.values[0.5], marks.values[0.9], early, n - early)


def _inherited(opinion: Opinion) -> list[int]:
    """Return the series of the version that began to count this way."""
    rows = Followed.objects.filter(version__promise=opinion.docket.promise, part="gap")
    return list(rows.order_by("version__number").values_list("series_id", flat=True))[-1:]


def measured_gap(terms: Terms, span: Span) -> Gap | None:
    """Return resolved - due of the cases judged in `span`, from the signals."""
    part = measures.parts(terms, measures.Bounds(), {}).get(("gap", DAY))
    if part is None:
        return None
    found = _ask(part, terms, span)
    n, early = sum(tally.n for tally in found), sum(tally.good for tally in found)
    marks = sketches.percentiles([t.sketch for t in found if t.sketch], _RANKS)
    if not n or marks is None:
        return None
    mean = sum(tally.sum for tally in found) / n
    return Gap(n, mean, marks.values[0.5], marks.values[0.9], early, n - early)


def within(terms: Terms, span: Span, share: float) -> timedelta | None:
    """Return the time within which `share` of the cases opened in `span` were in fact resolved.

    Cases still open count as not resolved. None where fewer than that share ever were.
    """
    lasting = Measure(
        kinds=terms.counting.kinds,
        where=terms.counting.where or None,
        value="seconds(happened_at, resolved_at)",
        sketch=True,
    )
    found = _ask(lasting, terms, span)
    opened, resolved = sum(tally.total for tally in found), sum(tally.n for tally in found)
    if not resolved or opened * share > resolved:
        return None
    rank = min(1.0, opened * share / resolved)
    marks = sketches.percentiles([t.sketch for t in found if t.sketch], (rank,))
    return rounded_up(marks.values[rank]) if marks else None


def rounded_up(seconds: float) -> timedelta:
    """Return a time that can be promised: whole hours, and whole days from two days on."""
    step = DAY if seconds > 2 * DAY else 3600
    return timedelta(seconds=max(1, -(-seconds // step)) * step)


def _ask(measure: Measure, terms: Terms, span: Span) -> list[Tally]:
    checked = replace(measure, kinds=tuple(sorted(measure.kinds)))
    return metrics.ask(measure=checked, span=span, zone=terms.tz, grain=DAY, at=span.end)
