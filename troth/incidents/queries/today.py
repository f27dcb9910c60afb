"""What of incidents needs someone today: open ones, updates that are late, what waits."""

from dataclasses import dataclass

from troth.incidents.queries.choosing import STAFF
from troth.incidents.queries.desk import drafts, proposals
from troth.incidents.queries.listing import open_ones
from troth.incidents.rules.inside import DraftRow, ProposalRow
from troth.incidents.rules.results import IncidentShown

_MOST = 6


@dataclass(frozen=True, slots=True)
class Speaking:
    """What the desk shows first. `more` is how many there are beyond those listed."""

    open_ones: list[IncidentShown]
    proposals: list[ProposalRow]
    drafts: list[DraftRow]
    more: int

    @property
    def any(self) -> bool:
        return bool(self.open_ones or self.proposals or self.drafts)


def speaking() -> Speaking:
    """Return the open incidents, the one that must speak first at the top, and what waits."""
    spoken = sorted(
        open_ones(audience=STAFF),
        key=lambda one: (one.next_due_at is None, one.next_due_at or one.started_at, one.uid),
    )
    proposed, drafted = proposals(), drafts()
    return Speaking(
        spoken[:_MOST], proposed[:_MOST], drafted[:_MOST],
        more=sum(max(number - _MOST, 0) for number in (len(spoken), len(proposed), len(drafted))),
    )  # fmt: skip
