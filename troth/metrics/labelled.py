"""Metrics that are watched because their document says so: by the labels that place them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from troth.metrics import enrolling
from troth.metrics.definitions import Definition, DefinitionError
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.labels import limits_of
from troth.metrics.models import Series
from troth.metrics.queries.holidays import why_unknown
from troth.staff.actions.audit import Actor


def key_of(name: str) -> str:
    """Return the key of a metric's stream."""
    return f"metric:{name}"


@dataclass(frozen=True, slots=True)
class Beside:
    """The series that a stream reads beside its own: by the hour, and all of its kinds."""

    hourly: int | None = None
    whole: int | None = None


def enrol(  # noqa: PLR0913 - what, whose, who and when, all named
    found: Definition, labels: Mapping[str, str], series: Series, *, beside: Beside,
    author: Actor, now: datetime,
) -> None:  # fmt: skip
    """Watch a metric whose labels name a touchpoint; another one is watched no longer.

    `step` places it on the journey; `above`, `below`, `rise` and `fall` set limits of one's own,
    the last two against what is usual of such a day. Raises DefinitionError.
    """
    if not labels.get("touchpoint"):
        enrolling.unwatch(key=key_of(found.name), now=now)
        return
    if why := why_unknown(found.holidays):
        raise DefinitionError("spec.holidays", why)
    metric = found.metric
    enrolling.watch(
        key=key_of(found.name),
        series=series.pk,
        enrolment=Enrolment(
            name=metric.title,
            touchpoint=labels["touchpoint"],
            step=labels.get("step", ""),
            reading=found.reading,
            better=metric.better,
            unit=metric.unit or "",
            thresholds=tuple(limits_of(labels, reading=found.reading)),
            hourly=beside.hourly,
            whole=beside.whole,
            holidays=found.holidays,
            heartbeat=found.heartbeat,
            weight=found.cost,
            surprises=found.surprises,
        ),
        author=author,
        reason="the metric counts otherwise",
        now=now,
    )
