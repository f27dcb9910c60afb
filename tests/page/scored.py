"""A stored score made by hand, for pages that show it: no engine and no database."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec

from tests.page.support import NOON
from troth.promises.scoring import composing, exporting, telling
from troth.promises.scoring.constants import SHIPPED
from troth.promises.scoring.evidence import Evidence, Rows
from troth.promises.scoring.stored import (
    IntegrityRow,
    PublishedScore,
    RulesRow,
    StoredScore,
)

DAY = date(2026, 11, 20)
RULES = RulesRow(0, "", "as shipped", None, SHIPPED, {})
FELT = {
    "value": 64.2, "low": 58.9, "high": 69.5, "n": 212, "statements": [],
    "since": "2026-08-22T00:00:00Z", "until": "2026-11-20T00:00:00Z", "metric": "felt-trust",
}  # fmt: skip


def evidence(slug="street-lights", *, pillar="quality", share=0.96, worse=0.0, size=60):
    """Return 120 days of cases, kept by `share`, in the last 20 by so much less."""
    last = DAY.toordinal()
    rows = []
    for ago in range(120):
        kept = round(size * (share - (worse if ago < 20 else 0)))
        rows.append((last - ago, 0, kept - ago % 2, size, 0.05))
    name = slug.replace("-", " ").capitalize()
    return Evidence(slug, name, pillar, Rows.of(rows), ((1, 0.05),))


TOWN = (
    evidence(worse=0.04),
    evidence("potholes", share=0.99),
    evidence("answers", pillar="communication", share=0.97),
    evidence("privacy", pillar="data-protection", share=0.98, size=1),
)


def published(every=TOWN, *, felt=FELT, events=(), days=40):
    """Return what readers are told of the score of these promises."""
    kept = tuple(_stored(every, DAY.toordinal() - ago, felt) for ago in range(days))[::-1]
    held = composing.score(every, SHIPPED, day=DAY.toordinal())
    data = msgspec.json.encode(exporting.document(held, every))
    return PublishedScore(kept[-1], RULES, (RULES,), tuple(events), kept, data)


def _stored(every, day, felt):
    held = composing.score(every, SHIPPED, day=day)
    detail = {
        **telling.detail(held), "drivers": telling.drivers(every, held), "felt": felt,
    }  # fmt: skip
    band = held.band if held.value is not None else None
    return StoredScore(
        id=day, day=date.fromordinal(day), scope="public", value=held.value,
        low=band.low if band else None, high=band.high if band else None, grade=held.grade,
        rules=0, computed_at=NOON, detail=detail, digest=f"{day}",
    )  # fmt: skip


def deed(**more):
    fields = {
        "id": 1, "slug": "late-notice", "kind": "concealment", "promise": "privacy",
        "happened_on": DAY - timedelta(days=30), "counts_from": DAY - timedelta(days=30),
        "summary": "We knew on Monday and told on Friday.", "evidence": "audit-7", "found": False,
        "signed_by": "Ada Lovelace", "recorded_at": NOON, "withdrawn_at": None,
        "withdrawn_by": "", "withdrawn_why": "",
    }  # fmt: skip
    return IntegrityRow(**{**fields, **more})


def scored(picture, **more):
    """Return the picture with a score."""
    return replace(picture, score=published(**more))
