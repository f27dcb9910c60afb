"""Read: what other packages may ask about promises. Every question takes two instants.

`at` is the instant judged, `as_of` what had been recorded by then; None = now. With both None the
answer comes from the kept judgements and tallies; otherwise it is counted exactly from the store.
"""

from troth.promises.queries.backtests import backtest, preview
from troth.promises.queries.blindness import blind_spots
from troth.promises.queries.drills import (
    Drill,
    by_segment,
    by_segment_between,
    days_by_segment,
    drill,
)
from troth.promises.queries.ledger import Ledger, remedy_states, violation
from troth.promises.queries.lists import (
    exclusions,
    flips,
    history_of_targets,
    restatements,
    suspensions,
    target_changes,
)
from troth.promises.queries.office_cases import office_cases
from troth.promises.queries.standings import (
    document,
    judged,
    promise_detail,
    promises,
    standing,
)

__all__ = [
    "Drill",
    "Ledger",
    "backtest",
    "blind_spots",
    "by_segment",
    "by_segment_between",
    "days_by_segment",
    "document",
    "drill",
    "exclusions",
    "flips",
    "history_of_targets",
    "judged",
    "office_cases",
    "preview",
    "promise_detail",
    "promises",
    "remedy_states",
    "restatements",
    "standing",
    "suspensions",
    "target_changes",
    "violation",
]
