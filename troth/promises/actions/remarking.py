"""What files say that may be meant otherwise: remarks beside a plan, which refuse nothing."""

from collections.abc import Iterator

from troth.core.fields import nearest
from troth.promises.rules.terms import Terms
from troth.signals import queries as signals
from troth.signals.expressions import parse
from troth.signals.store import Filter

_NEWEST = 200  # cases that are looked at


def remarks(terms: Terms) -> Iterator[str]:
    """Yield a remark for each of a promise's segments that none of its newest cases has."""
    if not terms.segments:
        return
    counting = terms.counting
    where = parse(counting.where, role="condition") if counting.where else None
    chosen = Filter(kinds=counting.kinds, where=where)
    page = signals.store().cases(chosen, limit=_NEWEST)
    if not page.cases:
        return
    seen = sorted({name for row in page.cases for name in row.segment})
    for name in terms.segments:
        if name not in seen:
            hint = nearest(name, seen) or f"; they have {', '.join(seen) or 'none'}"
            yield f"Promise {terms.slug}: none of its newest cases has a segment “{name}”{hint}"
