"""What an incident says of the whole while it names no component. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.components.rules.results import Status
from troth.incidents.rules.impact import BY_IMPACT
from troth.incidents.rules.results import Impact


@dataclass(frozen=True, slots=True)
class Word:
    """One update, as far as the whole is concerned."""

    at: datetime
    impact: Impact | None  # None: as before
    is_over: bool  # and was not for good: it was opened again
    names: bool  # a component that does not work


def changes(
    words: Sequence[Word], *, since: datetime, said: Impact
) -> list[tuple[datetime, Status]]:
    """Return what is said of the whole, change by change, in the order of time.

    From its beginning on the incident is as bad as the first update that says so, else as `said`.
    `words` are in the order of time. Once an update names a component, that speaks instead.
    """
    found: list[tuple[datetime, Status]] = []
    impact = next((one.impact for one in words if one.impact), said)
    for number, one in enumerate(words):
        at = max(one.at, since) if number else since
        impact = one.impact or impact
        status = Status.OPERATIONAL if one.is_over or one.names else BY_IMPACT[impact]
        if status is not (found[-1][1] if found else Status.OPERATIONAL):
            found.append((at, status))
        if one.names:
            break
    return found
