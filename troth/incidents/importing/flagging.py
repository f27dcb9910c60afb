"""What is odd about a history, in words. Pure: flags are added, nothing is changed or left out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from troth.components.rules.results import Status
from troth.incidents.importing.told import Found, Told
from troth.incidents.rules import states
from troth.incidents.rules.publishing import LONGEST, LONGEST_NAME
from troth.incidents.rules.results import Kind, State

_AFTER = (State.POSTMORTEM,)
_MOST_OVERLAPS = 3  # named by one incident


def flagged(found: Found) -> list[Told]:
    """Return the incidents with all that is odd about each, in their order, ids made unique."""
    known = {part.key for part in found.parts}
    told = _unique(found.told)
    overlaps = _overlaps(told)
    return [
        replace(one, flags=(*one.flags, *_own(one), *_unknown(one, known), *overlaps[number]))
        for number, one in enumerate(told)
    ]


def _unique(told: Iterable[Told]) -> list[Told]:
    """Give what shares its id with another one an id of its own."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for one in told:
        seen[one.source_id] += 1
        times = seen[one.source_id]
        if times > 1:
            flag = f"the id {one.source_id[:60]} occurs more than once in the source"
            one = replace(one, source_id=f"{one.source_id}#{times}", uid="",  # noqa: PLW2901
                          flags=(*one.flags, flag))  # fmt: skip
        found.append(one)
    return found


def _own(one: Told) -> Iterator[str]:
    yield from _ends(one)
    yield from _texts(one)
    yield from _order(one)


def _ends(one: Told) -> Iterator[str]:
    if one.ended_at is None:
        if one.is_flagged_open:
            yield "no end is given"
    elif one.ended_at < one.started_at:
        yield f"ends before it starts: {shown(one.started_at)} to {shown(one.ended_at)}"
    elif one.ended_at == one.started_at:
        yield f"ends in the moment in which it starts: {shown(one.started_at)}"
    until, since = one.scheduled_until, one.scheduled_for
    if until is not None and since is not None and until < since:
        yield f"is planned to end before it starts: {shown(since)} to {shown(until)}"


def _texts(one: Told) -> Iterator[str]:
    if len(one.name) > LONGEST_NAME:
        yield f"its name was longer: {one.name}"
    for said in one.said:
        if not said.body.strip():
            yield f"an update without text: {said.state} of {shown(said.at)}"
        elif len(said.body) > LONGEST:
            yield f"a text of {len(said.body):,} characters is shown to {LONGEST:,} of them"


def _order(one: Told) -> Iterator[str]:
    over = False
    for said in sorted(one.said, key=lambda each: each.at):
        if over and said.state not in states.OVER:
            yield f"an update after the end: {said.state} of {shown(said.at)}"
        over = over or said.state in states.OVER
    if _wanders([said.at for said in one.said]):
        yield "its updates are not in the order of time"


def _wanders(instants: Sequence[datetime]) -> bool:
    """Return whether instants go neither up nor down all the way."""
    in_order = sorted(instants)
    return list(instants) not in (in_order, in_order[::-1])


def _unknown(one: Told, known: set[str]) -> Iterator[str]:
    names = {key for said in one.said for key in said.impacts}
    for name in sorted(names - known):
        yield f"unknown component: {name[:100]}"


def _overlaps(told: Sequence[Told]) -> dict[int, list[str]]:
    """Say which incidents lie over an earlier one of the same component: n log n."""
    found: dict[int, list[str]] = defaultdict(list)
    spans: dict[str, list[tuple[datetime, datetime | None, int]]] = defaultdict(list)
    for number, one in enumerate(told):
        if one.kind is Kind.MAINTENANCE:
            continue
        for key in _hit(one):
            spans[key].append((one.started_at, one.ended_at, number))
    for key, all_of in spans.items():
        _sweep(key, sorted(all_of, key=lambda each: (each[0], each[2])), told, found)
    return found


def _sweep(
    key: str,
    spans: Iterable[tuple[datetime, datetime | None, int]],
    told: Sequence[Told],
    found: dict[int, list[str]],
) -> None:
    last: tuple[datetime | None, int] | None = None  # the end that lies farthest, and whose
    for starts, ends, number in spans:
        lies_over = last is not None and (last[0] is None or last[0] > starts)
        if last is not None and lies_over and len(found[number]) < _MOST_OVERLAPS:
            found[number].append(f"overlaps {told[last[1]].source_id[:60]} on {key[:60]}")
        if ends is not None and ends < starts:
            continue
        if last is None or ends is None or (last[0] is not None and ends > last[0]):
            last = (ends, number)


def _hit(one: Told) -> set[str]:
    fine = (Status.OPERATIONAL, Status.MAINTENANCE)
    return {key for said in one.said for key, status in said.impacts.items() if status not in fine}


def shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
