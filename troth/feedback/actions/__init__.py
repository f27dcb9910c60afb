"""What changes reports."""

from troth.feedback.actions.handling import (
    ImpossibleError,
    OvertakenError,
    answer,
    close,
    link,
    note,
    reopen,
)
from troth.feedback.actions.receiving import Written, is_known, report

__all__ = [
    "ImpossibleError",
    "OvertakenError",
    "Written",
    "answer",
    "close",
    "is_known",
    "link",
    "note",
    "reopen",
    "report",
]
