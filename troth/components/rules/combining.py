"""Who says what of a component, and what follows from it at each instant. Pure.

Instants are whole seconds since 1970, spans are half-open: [starts, ends). The rule: a person's
word stands until its end, the last one spoken first. Then a maintenance, unless an incident says
worse. Then the worst of incidents and probes. Then no data, where every watch is silent. A
component that nobody watches and nobody speaks of is operational.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from troth.components.rules.results import Cause, Status

FAR = 2**42  # an end that has not come: the year 141,000
# From the worst to the best; what we cannot see is worse than what works, and no outage.
WORST_FIRST = (
    Status.MAJOR,
    Status.PARTIAL,
    Status.DEGRADED,
    Status.MAINTENANCE,
    Status.NO_DATA,
    Status.OPERATIONAL,
)
SEVERITY = {status: rank for rank, status in enumerate(reversed(WORST_FIRST))}
_ORDER = {Cause.INCIDENT: 1, Cause.PROBE: 0}  # of two that say the same, the incident is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one source says of a component in [starts, ends).

    `ref` names the source: an incident's uid, `monitor:slug`, a person's word. Silence of a watch
    is a claim of NO_DATA. `order` is that in which claims were made. A maintenance that was not
    announced in time is not excluded from uptime.
    """

    starts: int
    ends: int = FAR
    status: Status
    cause: Cause
    ref: str
    note: str = ""
    order: int = 0
    announced: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """That `ref` (a monitor or heartbeat) watches the component in [starts, ends)."""

    ref: str
    starts: int
    ends: int = FAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What holds of a component, and why. `refs` are all who say that something is wrong."""

    status: Status
    cause: Cause | None = None
    ref: str = ""
    refs: tuple[str, ...] = ()
    note: str = ""
    until: int = FAR  # when a person's word or a maintenance ends
    announced: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which the same holds of a component."""

    starts: int
    ends: int
    told: Told

    @property
    def status(self) -> Status:
        return self.told.status

    @property
    def seconds(self) -> int:
        return self.ends - self.starts


def worst(statuses: Collection[Status]) -> Status:
    """Return the worst of some statuses; operational where there are none."""
    return max(statuses, key=SEVERITY.__getitem__, default=Status.OPERATIONAL)


def combine(claims: Collection[Claim], watches: Collection[str]) -> Told:
    """Return what follows from the claims that hold at an instant, and the watches set then."""
    if not claims:
        return _FINE
    troubles = [c for c in claims if c.status not in (Status.OPERATIONAL, Status.NO_DATA)]
    refs = tuple(sorted({c.ref for c in troubles}))
    winner = _winner(claims, troubles)
    if winner is not None:
        refs = refs if winner.status is not Status.OPERATIONAL else ()
        return _told(winner, refs)
    silent = {c.ref for c in claims if c.status is Status.NO_DATA}
    return _SILENT if watches and silent.issuperset(watches) else _FINE


_FINE = Told(status=Status.OPERATIONAL)
_SILENT = Told(status=Status.NO_DATA, cause=Cause.PROBE)


def _winner(claims: Collection[Claim], troubles: Collection[Claim]) -> Claim | None:
    persons = [c for c in claims if c.cause is Cause.PERSON]
    if persons:
        return max(persons, key=lambda c: c.order)
    incidents = [c for c in troubles if c.cause is Cause.INCIDENT]
    works = [c for c in troubles if c.cause is Cause.MAINTENANCE]
    if works and worst([c.status for c in incidents]) is Status.OPERATIONAL:
        return min(works, key=lambda c: (not c.announced, c.order))
    rest = [c for c in troubles if c.cause in _ORDER]
    return max(rest, key=_weight, default=None)


def _weight(claim: Claim) -> tuple[int, int, int]:
    return SEVERITY[claim.status], _ORDER[claim.cause], -claim.order


def _told(claim: Claim, refs: tuple[str, ...]) -> Told:
    lasting = claim.cause in (Cause.PERSON, Cause.MAINTENANCE)
    return Told(
        status=claim.status, cause=claim.cause, ref=claim.ref, refs=refs, note=claim.note,
        until=claim.ends if lasting else FAR, announced=claim.announced,
    )  # fmt: skip


def timeline(
    claims: Sequence[Claim], watches: Sequence[Watching], *, starts: int, ends: int
) -> list[Stretch]:
    """Return what holds of a component in [starts, ends), oldest first, without gaps.

    Neighbours differ: where the same goes on, it is one stretch.
    """
    found: list[Stretch] = []
    for begin, end, told in _pieces(claims, watches, starts, ends):
        if found and found[-1].told == told:
            found[-1] = replace(found[-1], ends=end)
        else:
            found.append(Stretch(starts=begin, ends=end, told=told))
    return found


def _pieces(
    claims: Sequence[Claim], watches: Sequence[Watching], starts: int, ends: int
) -> Iterator[tuple[int, int, Told]]:
    if starts >= ends:
        return
    active: dict[int, Claim] = {}
    watching: dict[int, Watching] = {}
    last = starts
    for moment, begins, key, source in sorted(_moves(claims, watches, starts, ends), key=_when):
        if moment > last:
            yield last, moment, combine(active.values(), _refs(watching.values()))
            last = moment
        if isinstance(source, Claim):
            _move(active, begins, key, source)
        else:
            _move(watching, begins, key, source)
    yield last, ends, combine(active.values(), _refs(watching.values()))


_Moving = tuple[int, bool, int, Claim | Watching]  # instant, whether it begins, key, what


def _when(move: _Moving) -> int:
    return move[0]


def _moves(
    claims: Sequence[Claim], watches: Sequence[Watching], starts: int, ends: int
) -> Iterator[_Moving]:
    """Yield begin and end of all that touches [starts, ends)."""
    sources: list[Claim | Watching] = [*claims, *watches]
    for key, one in enumerate(sources):
        begin = max(one.starts, starts)
        if begin < min(one.ends, ends):
            yield begin, True, key, one
            if one.ends < ends:
                yield one.ends, False, key, one


_Source = TypeVar("_Source", Claim, Watching)


def _move(active: dict[int, _Source], begins: bool, key: int, source: _Source) -> None:  # noqa: FBT001
    if begins:
        active[key] = source
    else:
        del active[key]


def _refs(watches: Collection[Watching]) -> frozenset[str]:
    return frozenset(one.ref for one in watches)


def within(stretches: Sequence[Stretch], lives: Sequence[tuple[int, int]]) -> list[Stretch]:
    """Return the parts of the stretches that lie in the lives of a component: disjoint spans."""
    return [
        replace(one, starts=max(one.starts, begin), ends=min(one.ends, end))
        for begin, end in lives
        for one in stretches
        if max(one.starts, begin) < min(one.ends, end)
    ]
