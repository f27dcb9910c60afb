"""What asks about any kind is never told of several at once: parcels and calls are no one thing."""

from collections.abc import Iterator
from dataclasses import replace

from troth.metrics import measuring
from troth.metrics.queries.outcome_names import APART, Named, OutcomeError, asks_any_kind
from troth.metrics.reading import Frame
from troth.metrics.rules import Metric
from troth.signals import queries as signals

_MAY_MIX = ("volume", "freshness")  # a count of cases, and how late they reach us
_SAID = 8  # kinds that are named


def refuse_mixture(one: Named, frame: Frame) -> None:
    """Raise OutcomeError where a metric of any kind has cases of several in the frame."""
    metric = one.definition
    if not isinstance(metric, Metric) or not asks_any_kind(one) or one.name in _MAY_MIX:
        return
    found = list(_kinds_met(metric, replace(frame, by=None)))
    if len(found) > 1:
        said = ", ".join(found[:_SAID]) + (" and more" if len(found) > _SAID else "")
        raise OutcomeError(
            f"“{one.name}” would mix cases of several kinds ({said}); ask for one of them, as "
            f"“{one.name}{APART}{found[0]}”"
        )


def _kinds_met(metric: Metric, frame: Frame) -> Iterator[str]:
    """Yield the kinds of which the metric has a case, each looked at alone."""
    counted = replace(metric, percentiles=False)
    for kind in signals.kinds():
        [(_, found)] = measuring.findings(signals.store(), replace(counted, over=kind), frame)
        if found.figure.n:
            yield kind
