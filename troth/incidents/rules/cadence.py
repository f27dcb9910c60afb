"""How often we promise to speak while something is wrong. Pure.

The grid is data: an installation may edit it. Durations are absolute time, so that an hour is an
hour on the days on which clocks change, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from troth.incidents.rules.results import Impact, Urgency

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """An update at least `every` so often; `at_first` so often within `for_the_first`."""

    every: timedelta
    at_first: timedelta | None = None
    for_the_first: timedelta = 2 * _HOUR


PACES: Mapping[Urgency, Pace] = MappingProxyType(
    {
        Urgency.URGENT: Pace(every=_HOUR, at_first=20 * _MINUTE),
        Urgency.IMPORTANT: Pace(every=_DAY, at_first=2 * _HOUR),
        Urgency.ROUTINE: Pace(every=7 * _DAY),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Everything that an installation promises about its own telling."""

    paces: Mapping[Urgency, Pace] = field(default_factory=lambda: PACES)
    remind: timedelta = 5 * _MINUTE  # the liaison, before an update is due
    escalate: timedelta = 5 * _MINUTE  # to the commander, after it was due
    notice: timedelta = 72 * _HOUR  # of maintenance
    maintenance_reminder: timedelta = _HOUR  # before a maintenance starts
    postmortem: timedelta = 72 * _HOUR  # after the resolution, where one is promised
    promise_postmortem: bool = False  # of every urgent incident
    two_person: bool = False  # what one wrote another one publishes
    publish_drafts: bool = False  # drafts of probes and promises, once confirmed
    confirm: timedelta = 5 * _MINUTE  # how long it must last before that


def next_due(pace: Pace, *, opened_at: datetime, spoken_at: datetime) -> datetime:
    """Return when the next update is due after one at `spoken_at`."""
    is_early = spoken_at - opened_at < pace.for_the_first
    return spoken_at + (pace.at_first if pace.at_first and is_early else pace.every)


def urgency_of(impact: Impact) -> Urgency:
    """Return how urgent an incident of this impact is, unless a person says otherwise."""
    if impact in (Impact.CRITICAL, Impact.MAJOR):
        return Urgency.URGENT
    return Urgency.IMPORTANT if impact is Impact.MINOR else Urgency.ROUTINE
