from collections.abc import Iterable

from troth.plan.models import Effort


def efforts(keys: Iterable[str] | None) -> dict[str, float]:
    """Return key → days of work, of those that somebody guessed; without keys of them all."""
    rows = Effort.objects.all()
    if keys is not None:
        rows = rows.filter(key__in=list(keys))
    return dict(rows.values_list("key", "days"))
