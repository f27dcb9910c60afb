"""Everything that `troth apply` takes, written out again."""

from collections.abc import Iterator
from typing import Any

from troth.metrics import queries as metrics
from troth.promises.models import Calendar, Exclusion, IntegrityEvent, Promise, ScoreRules
from troth.promises.queries.regimes import terms_of
from troth.promises.rules import openslo_out

Named = tuple[str, dict[str, Any]]  # file name without suffix, document


def documents(*, as_openslo: bool = False) -> Iterator[Named]:
    """Yield each document with a name for its file, in an order in which they can be applied."""
    for calendar in Calendar.objects.order_by("slug"):
        yield f"calendar-{calendar.slug}", calendar.spec
    for document in metrics.documents():
        yield f"metric-{document['metadata']['name']}", document
    for promise in Promise.objects.filter(retired_at=None):
        version = promise.versions.order_by("number").last()
        if version is not None:
            spec = openslo_out.write(terms_of(version)) if as_openslo else version.spec
            yield f"promise-{promise.slug}", spec
    for row in Exclusion.objects.filter(withdrawn_at=None).select_related("promise"):
        name = row.slug or f"{row.promise.slug}-{row.pk}"
        yield f"exclusion-{name}", _exclusion(row, name)
    yield from _of_score()


def _of_score() -> Iterator[Named]:
    """Yield the rules of the score, and the integrity events that somebody signed."""
    rules = ScoreRules.objects.order_by("-number").first()
    if rules is not None:
        yield "score-rules", rules.spec
    for event in IntegrityEvent.objects.filter(found=False).select_related("promise"):
        yield f"integrity-{event.slug}", _event(event)


def _event(row: IntegrityEvent) -> dict[str, Any]:
    """Return a signed event as it was signed; what is found is found again."""
    spec: dict[str, Any] = {
        "kind": row.kind,
        "promise": row.promise.slug if row.promise else "",
        "happened_on": row.happened_on.isoformat(),
        "summary": row.summary,
        "evidence": row.evidence,
        "signed_by": row.signed_by,
    }
    if row.withdrawn_at is not None:
        spec["withdrawn"] = {"by": row.withdrawn_by, "reason": row.withdrawn_why}
    return {
        "apiVersion": "troth/v1",
        "kind": "IntegrityEvent",
        "metadata": {"name": row.slug},
        "spec": {field: value for field, value in spec.items() if value},
    }


def _exclusion(row: Exclusion, name: str) -> dict[str, Any]:
    spec = {
        "promise": row.promise.slug,
        "category": row.category,
        "reason": row.reason,
        "signed_by": row.signed_by,
        "where": row.where,
        "from": row.starts_at.isoformat() if row.starts_at else None,
        "until": row.ends_at.isoformat() if row.ends_at else None,
    }
    return {
        "apiVersion": "troth/v1",
        "kind": "Exclusion",
        "metadata": {"name": name},
        "spec": {field: value for field, value in spec.items() if value},
    }
