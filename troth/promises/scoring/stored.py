"""The score as it was stored and is told: plain values for page, desk and API."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from troth.promises.scoring.constants import Constants


@dataclass(frozen=True, slots=True)
class StoredScore:
    """The score of a day as it was published: `value` is None without enough evidence.

    `detail` holds pillars, promises, drivers, the felt score and what else it rests on.
    """

    id: int
    day: date
    scope: str
    value: float | None
    low: float | None
    high: float | None
    grade: str
    rules: int
    computed_at: datetime
    detail: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class RulesRow:
    """One version of the weights and constants: public, like everything about the score."""

    number: int
    author: str
    reason: str
    created_at: datetime | None  # None: those that are shipped
    constants: Constants
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class IntegrityRow:
    """A deception, as it was found or signed."""

    id: int
    slug: str
    kind: str
    promise: str
    happened_on: date
    counts_from: date
    summary: str
    evidence: str
    found: bool
    signed_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_why: str


@dataclass(frozen=True, slots=True)
class PublishedScore:
    """What readers are told: the newest public score, its rules, deceptions and the days before."""

    score: StoredScore
    rules: RulesRow
    versions: tuple[RulesRow, ...]  # newest first; the last one is as shipped
    events: tuple[IntegrityRow, ...]  # newest first, withdrawn ones too
    days: tuple[StoredScore, ...]  # oldest first
    data: bytes = field(default=b"", repr=False)  # what recompute.py reads
