"""A case as every API tells it."""

from datetime import datetime

from ninja import Schema


class CaseOut(Schema):
    """One version of a case. `subject` is a keyed hash. `replaced_at` null: it counts."""

    source: str
    key: str
    version: int
    kind: str
    happened_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    touchpoint: str | None
    subject: str | None
    segment: dict[str, str]
    value: float | None
    unit: str | None
    outcome: str | None
    expected: float | None
    weight: int
    evidence: str | None
    supersedes: str | None
    recorded_at: datetime
    replaced_at: datetime | None
    flags: list[str]
