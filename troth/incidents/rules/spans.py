"""What an incident says of components, in the order of time: changes and spans. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.components.rules.results import Status
from troth.incidents.rules.impact import worst
from troth.incidents.rules.results import Affected, ImpactSpan


@dataclass(frozen=True, slots=True)
class Saying:
    """One update's word on one component, from `at` on."""

    update: int
    at: datetime
    component: str
    name: str
    status: Status


def changes(sayings: Sequence[Saying]) -> Mapping[int, tuple[Affected, ...]]:
    """Return each update's changes; what an incident never spoke of was operational."""
    status: dict[str, Status] = {}
    found: dict[int, list[Affected]] = {}
    for one in _in_order(sayings):
        was = status.get(one.component, Status.OPERATIONAL)
        status[one.component] = one.status
        change = Affected(code=one.component, name=one.name, was=was, now=one.status)
        found.setdefault(one.update, []).append(change)
    return {update: tuple(all_of) for update, all_of in found.items()}


def spans(sayings: Sequence[Saying], *, ended_at: datetime | None) -> tuple[ImpactSpan, ...]:
    """Return [starts, ends) of each status that this incident gave a component, by start.

    `ended_at`: from then on it says nothing (resolved, merged). Nothing is said of operational.
    """
    open_: dict[str, Saying] = {}
    found: list[ImpactSpan] = []
    for one in _in_order(sayings):
        before = open_.get(one.component)
        if before is not None and before.status is one.status:
            continue
        if before is not None:
            found.append(_span(before, one.at))
        open_.pop(one.component, None)
        if one.status is not Status.OPERATIONAL:
            open_[one.component] = one
    found += [_span(one, ended_at) for one in open_.values()]
    real = [span for span in found if span.ends_at is None or span.ends_at > span.starts_at]
    return tuple(sorted(real, key=lambda span: (span.starts_at, span.component)))


def present(sayings: Iterable[Saying]) -> dict[str, Status]:
    """Return the last word on each component that was ever spoken of."""
    return {one.component: one.status for one in _in_order(sayings)}


def at_worst(sayings: Iterable[Saying]) -> dict[str, Status]:
    """Return each component with the worst that was said of it, operational left out."""
    said: dict[str, list[Status]] = {}
    for one in _in_order(sayings):
        said.setdefault(one.component, []).append(one.status)
    worsts = {component: worst(all_of) for component, all_of in said.items()}
    return {component: each for component, each in worsts.items() if each != Status.OPERATIONAL}


def _span(one: Saying, ends_at: datetime | None) -> ImpactSpan:
    return ImpactSpan(
        component=one.component, name=one.name, status=one.status, starts_at=one.at,
        ends_at=ends_at,
    )  # fmt: skip


def _in_order(sayings: Iterable[Saying]) -> list[Saying]:
    return sorted(sayings, key=lambda one: (one.at, one.update))
