"""The score as files: its days, its pillars, and all that moved it between two days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from troth.core.sheets import Row
from troth.promises.scoring.attributing import Attribution
from troth.promises.scoring.composing import Score
from troth.promises.scoring.stored import StoredScore

DAYS: Final = {
    "day": "DATE", "scope": "VARCHAR", "score": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE",
    "evidence": "VARCHAR", "rules": "BIGINT", "computed_at": "TIMESTAMPTZ",
}  # fmt: skip
PILLARS: Final = {
    "pillar": "VARCHAR", "name": "VARCHAR", "points": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE",
    "weight": "DOUBLE", "promises": "BIGINT", "enough_evidence": "BOOLEAN",
}  # fmt: skip
CAUSES: Final = {
    "pillar": "VARCHAR", "promise": "VARCHAR", "name": "VARCHAR", "cause": "VARCHAR",
    "attribute": "VARCHAR", "segment": "VARCHAR", "day": "DATE", "kept": "BIGINT",
    "broken": "BIGINT", "points": "DOUBLE",
}  # fmt: skip
TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "days": DAYS, "pillars": PILLARS, "causes": CAUSES,
}  # fmt: skip


def days(found: Sequence[StoredScore]) -> Iterator[Row]:
    for one in found:
        yield [
            one.day, one.scope, one.value, one.low, one.high, one.grade, one.rules,
            one.computed_at,
        ]  # fmt: skip


def pillars(score: Score) -> Iterator[Row]:
    """Yield the pillars; points are there only where the screen tells them."""
    for one in score.pillars:
        points, band = (one.points, one.band) if one.enough else (None, None)
        low, high = (band.low, band.high) if band else (None, None)
        yield [one.key, one.name, points, low, high, one.weight, one.promises, one.enough]


def causes(moved: Attribution | None) -> Iterator[Row]:
    """Yield every cause and integrity event: their points add up to the change of the score."""
    if moved is None:
        return
    for part in moved.promises:
        for one in part.causes:
            counts = (one.kept, one.broken) if one.day else (None, None)
            yield [
                part.pillar, part.slug, part.name, one.cause, part.attribute, one.segment,
                date.fromordinal(one.day) if one.day else None, *counts, one.points,
            ]  # fmt: skip
    for deed in moved.deeds:
        since = date.fromordinal(deed.deed.day)
        yield ["integrity", deed.deed.slug, deed.deed.summary, deed.deed.kind, "", None, since,
               None, None, deed.points]  # fmt: skip
