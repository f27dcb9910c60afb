"""When a state changes: N of the last M results, a quorum of locations, and from what instant.

One result changes nothing unless it is declared so. What has changed is dated back to the first
result that told of it. A location that fails everywhere while others see the same things up has an
outage of its own and is not heard. A parent that is down suppresses what opens, never what ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from troth.probes.rules.results import Level, Outcome

UP, DEGRADED, DOWN, UNKNOWN = Level.UP, Level.DEGRADED, Level.DOWN, Level.UNKNOWN
_RANK: Final = {UP: 0, DEGRADED: 1, DOWN: 2}
_STATES: Final = (UP, DEGRADED, DOWN)
_FEWEST_SHARED: Final = 2  # monitors that a location must share before all failing says something


@dataclass(frozen=True, slots=True)
class Terms:
    """`need` results of the last `of` change what a location sees; `quorum` 0 is a majority."""

    need: int = 1
    of: int = 1
    quorum: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.need <= self.of:
            raise ValueError("the results needed must be between 1 and those looked at")
        if self.quorum < 0:
            raise ValueError("a quorum is not below zero")


@dataclass(frozen=True, slots=True)
class Result:
    """One check: the instant that it was due in milliseconds since 1970, and what it found."""

    at: int
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What one location sees of one monitor: since when, and the results since that turn."""

    state: Level = UNKNOWN
    since: int = 0
    recent: tuple[Result, ...] = ()
    last: int = 0  # when the newest result was due


def seen(view: View, result: Result, terms: Terms) -> View:
    """Return the view after one more result. After each turn the count starts anew."""
    recent = (*view.recent, result)[-terms.of :]
    state = _turned(view.state, recent, terms)
    if state is view.state:
        return View(state, view.since, recent, result.at)
    since = max(_first(recent, view.state, state), view.since)
    return View(state=state, since=since, recent=(), last=result.at)


def _turned(state: Level, recent: Sequence[Result], terms: Terms) -> Level:
    newest = _rank(recent[-1])
    if state is UNKNOWN and newest < _RANK[DOWN]:
        return _STATES[newest]
    now = _RANK.get(state, 0)
    if newest > now:
        return _worse(state, recent, terms)
    return _better(state, recent, terms) if newest < now else state


def _worse(state: Level, recent: Sequence[Result], terms: Terms) -> Level:
    """Return the worst state that enough results are at least as bad as."""
    for rank in range(_rank(recent[-1]), _RANK.get(state, 0), -1):
        if sum(_rank(one) >= rank for one in recent) >= terms.need:
            return _STATES[rank]
    return state


def _better(state: Level, recent: Sequence[Result], terms: Terms) -> Level:
    """Return the best state that enough results are at least as good as."""
    for rank in range(_rank(recent[-1]), _RANK[state]):
        if sum(_rank(one) <= rank for one in recent) >= terms.need:
            return _STATES[rank]
    return state


def _first(recent: Sequence[Result], was: Level, now: Level) -> int:
    """Return the first failure of those that count, or the first of the unbroken good ones."""
    worse = was is UNKNOWN or _RANK[now] > _RANK[was]
    if worse and now is not UP:
        floor = _RANK.get(was, 0) + 1
        return next(one.at for one in recent if _rank(one) >= floor)
    first = recent[-1].at
    for one in reversed(recent):
        if _rank(one) > _RANK[now]:
            break
        first = one.at
    return first


def _rank(result: Result) -> int:
    return _RANK[Level(result.outcome)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A monitor's state by all its locations, and since when (milliseconds; 0: not known)."""

    state: Level
    since: int


def agreed(views: Iterable[View], terms: Terms, *, was: Level = UNKNOWN) -> Verdict:
    """Return what a quorum of the locations that see anything says.

    Fewer locations than the quorum asks for must agree all: the only witness is believed.
    """
    known = [view for view in views if view.state is not UNKNOWN]
    if not known:
        return Verdict(UNKNOWN, 0)
    quorum = min(terms.quorum or len(known) // 2 + 1, len(known))
    for state in (DOWN, DEGRADED):
        starts = sorted(view.since for view in known if _RANK[view.state] >= _RANK[state])
        if len(starts) >= quorum:
            return Verdict(state, _began(state, starts[quorum - 1], known, was))
    return Verdict(UP, _began(UP, min(view.since for view in known), known, was))


def _began(state: Level, worsened: int, known: Sequence[View], was: Level) -> int:
    """Return when the quorum was reached; what ended, ended with the last location to say so."""
    if was is UNKNOWN or _RANK[state] >= _RANK[was]:
        return worsened
    return max(view.since for view in known if _RANK[view.state] <= _RANK[state])


def own_outages(seen_by: Mapping[str, Mapping[str, Level]]) -> frozenset[str]:
    """Return the locations that see everything down which others mostly see up.

    `seen_by` has location → monitor → state, fresh ones only. Two monitors must be shared with
    other locations at least: a single failure may well be of one path only.
    """
    return frozenset(name for name in seen_by if _is_alone(name, seen_by))


def _is_alone(name: str, seen_by: Mapping[str, Mapping[str, Level]]) -> bool:
    mine = {slug: state for slug, state in seen_by[name].items() if state is not UNKNOWN}
    if any(state is not DOWN for state in mine.values()):
        return False
    others = [views for other, views in seen_by.items() if other != name]
    told = [_told_up(slug, others) for slug in mine]
    shared = [is_up for is_up in told if is_up is not None]
    return len(shared) >= _FEWEST_SHARED and sum(shared) * 2 > len(shared)


def _told_up(slug: str, others: Iterable[Mapping[str, Level]]) -> bool | None:
    states = [views[slug] for views in others if views.get(slug, UNKNOWN) is not UNKNOWN]
    return any(state is not DOWN for state in states) if states else None


def suppressing(was: Level, now: Level, parents: Mapping[str, Level]) -> str:
    """Return the parent that is down while a child gets worse; "" where nothing is suppressed."""
    opens = now is DOWN or (now is DEGRADED and was is not DOWN)
    if not opens:
        return ""
    return min((slug for slug, state in parents.items() if state is DOWN), default="")


def is_silent(*, last: int, every: int, timeout: int, now: int) -> bool:
    """Return whether nothing was heard for so long (all in milliseconds) that nothing is known.

    Three intervals and the time of a check, and never within half a minute.
    """
    return now - last > max(3 * every + timeout, 30_000)
