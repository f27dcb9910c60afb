"""Reads the promises that were made to one audience each, and their components' records."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from troth.components import queries as components
from troth.components.rules.results import Status
from troth.core.windows import Span
from troth.page import clauses
from troth.page.picture import Lens, Shown
from troth.page.situation import Situation
from troth.promises import queries as promises
from troth.promises.queries import bulletin
from troth.promises.rules.document import read
from troth.promises.rules.remedies import Sought
from troth.promises.rules.results import Standing
from troth.promises.rules.terms import DocumentError

_ALL = 100_000


def declared(*, now: datetime) -> tuple[Shown, ...]:
    """Return every promise that is made to one audience alone, as it stands."""
    known = bulletin.declared_to_audiences(now=now)
    found = promises.standing(slugs=list(known)) if known else []
    return tuple(_shown(one, known[one.slug]) for one in found)


def address(slug: str, audience: str) -> str:
    """Return where a promise to an audience stands: on the first private page of theirs, or ""."""
    pages = (page for page in components.pages() if page.is_private and audience in page.audiences)
    base_url = settings.TROTH.base_url.rstrip("/")
    return next((f"{base_url}/private/{page.slug}/promises/{slug}/" for page in pages), "")


def _shown(standing: Standing, one: bulletin.Declared) -> Shown:
    slug = one.slug
    return Shown(
        standing=standing,
        document=one.document,
        targets=one.targets,
        flips=tuple(promises.flips(slug=slug, limit=_ALL)),
        restatements=tuple(promises.restatements(slug=slug, limit=_ALL)),
        exclusions=tuple(promises.exclusions(slug=slug)),
        suspensions=one.suspensions,
        violations=tuple(promises.Ledger(Sought(slug=slug))),
    )


def _clauses(shown: Shown) -> clauses.Clauses | None:
    try:
        return clauses.read(read(shown.document).counting)
    except DocumentError:  # it counts as a metric does
        return None


def compared(shown: Shown, seen: Situation, public: Sequence[Shown]) -> Shown:
    """Add what its component's record has of the same window, where this page shows that part."""
    counted = _clauses(shown)
    part = next((c for c in seen.components if counted and c.slug == counted.component), None)
    if counted is None or part is None or not shown.standing.windows:
        return shown
    head = shown.standing.windows[0]
    spans = components.spans(part.slug, Span(head.starts_at, head.at))
    record = components.downtime(part.slug, Span(head.starts_at, head.at))
    works = [one for one in spans if one.status is Status.MAINTENANCE and one.announced]
    other = next((one.standing for one in public if one.slug == part.promise), None)
    planned = sum(one.seconds for one in works)
    return replace(shown, lens=Lens(counted, part.name, round(record.down), planned, other))
