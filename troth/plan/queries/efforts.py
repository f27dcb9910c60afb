from collections.abc import Iterable

from troth.plan.models import Effort


def efforts(keys: Iterable[str]) -> dict[str, float]:
    """Return key → days of work, of those that somebody guessed."""
    return dict(Effort.objects.filter(key__in=list(keys)).values_list("key", "days"))
