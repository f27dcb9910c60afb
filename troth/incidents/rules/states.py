"""Which state may follow which: of incidents and breaches, and of maintenance. Pure."""

from collections.abc import Mapping

from troth.incidents.rules.results import Kind, State

_TALK = frozenset({State.INVESTIGATING, State.IDENTIFIED, State.MONITORING, State.RESOLVED})
_AFTER = frozenset({State.RESOLVED, State.POSTMORTEM})
_INCIDENT: Mapping[State | None, frozenset[State]] = {
    None: _TALK,
    State.INVESTIGATING: _TALK,
    State.IDENTIFIED: _TALK,
    State.MONITORING: _TALK,
    State.RESOLVED: _AFTER,  # a word more after the end; speaking again of trouble is to reopen
    State.POSTMORTEM: frozenset({State.POSTMORTEM}),
}
_MAINTENANCE: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.SCHEDULED, State.IN_PROGRESS, State.COMPLETED}),
    State.SCHEDULED: frozenset({State.SCHEDULED, State.IN_PROGRESS, State.COMPLETED}),
    State.IN_PROGRESS: frozenset({State.IN_PROGRESS, State.VERIFYING, State.COMPLETED}),
    State.VERIFYING: frozenset({State.IN_PROGRESS, State.VERIFYING, State.COMPLETED}),
    State.COMPLETED: frozenset({State.COMPLETED}),
}
OVER = frozenset({State.RESOLVED, State.POSTMORTEM, State.COMPLETED})
REOPENED = frozenset({State.INVESTIGATING, State.IDENTIFIED, State.MONITORING})


def following(kind: Kind, was: State | None) -> frozenset[State]:
    """Return the states that an update may say after `was`; None is before the first update."""
    table = _MAINTENANCE if kind is Kind.MAINTENANCE else _INCIDENT
    return table.get(was, frozenset())


def may_follow(kind: Kind, was: State | None, now: State) -> bool:
    return now in following(kind, was)


def may_reopen(kind: Kind, was: State, now: State) -> bool:
    """Return whether what is over may be open again as `now`. Maintenance is planned anew."""
    return kind is not Kind.MAINTENANCE and was in OVER and now in REOPENED


def first(kind: Kind) -> State:
    return State.SCHEDULED if kind is Kind.MAINTENANCE else State.INVESTIGATING


def last(kind: Kind) -> State:
    return State.COMPLETED if kind is Kind.MAINTENANCE else State.RESOLVED
