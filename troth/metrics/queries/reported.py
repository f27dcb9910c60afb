"""What outcomes were said to be."""

from collections.abc import Mapping

from troth.metrics.models_outcomes import Reported
from troth.metrics.reading import segment_text


def reported(
    *, name: str, segment: Mapping[str, str] | None = None, reason: str | None = None
) -> list[Reported]:
    """Return what an outcome was reported to be, span by span, and for each span oldest first.

    The last row of a span is what is said now; an earlier one was said before it.
    """
    found = Reported.objects.filter(name=name, segment=segment_text(segment or {}))
    if reason is not None:
        found = found.filter(reason=reason)
    return list(found.order_by("starts_at", "ends_at", "pk"))
