"""Read: what other packages may ask of components."""

from django.db.models import Q

from troth.components.models import Component, Revision
from troth.components.queries.boards import board, component, some
from troth.components.queries.grants import grant, shut
from troth.components.queries.pages import (
    AudienceShown,
    FormulaShown,
    PageShown,
    address,
    audiences,
    formulas,
    page,
    page_board,
    page_components,
    pages,
    slugs_showing,
    uptime_formula,
)
from troth.components.queries.registers import (
    Registered,
    behind,
    group_named,
    judging,
    registered,
)
from troth.components.queries.spans import (
    Downtime,
    Said,
    SpanShown,
    downtime,
    downtime_of_whole,
    said,
    spans,
    word,
)
from troth.components.queries.uptimes import Uptime, uptime_of, uptime_together

__all__ = [
    "AudienceShown",
    "Downtime",
    "FormulaShown",
    "PageShown",
    "Registered",
    "Said",
    "SpanShown",
    "Uptime",
    "address",
    "audiences",
    "behind",
    "board",
    "component",
    "downtime",
    "downtime_of_whole",
    "formulas",
    "grant",
    "group_named",
    "is_retired",
    "judging",
    "names",
    "page",
    "page_board",
    "page_components",
    "pages",
    "registered",
    "revision",
    "said",
    "shut",
    "slugs_showing",
    "some",
    "spans",
    "uid_of",
    "uptime_formula",
    "uptime_of",
    "uptime_together",
    "word",
]


def revision() -> int:
    """Return a number that grows with each visible change."""
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def names() -> dict[str, str]:
    """Return uid → "Group - Component" of all components, retired ones too."""
    rows = Component.objects.values_list("uid", "name", "group__name")
    return {uid: f"{group} - {name}" if group else name for uid, name, group in rows}


def is_retired(uid: str) -> bool:
    return Component.objects.filter(uid=uid, retired_at__isnull=False).exists()


def uid_of(name: str) -> str | None:
    """Return the uid of a component by uid, slug, or its name in any case; None if none fits."""
    rows = Component.objects.filter(Q(uid=name) | Q(slug=name) | Q(name__iexact=name))
    return rows.order_by("retired_at", "id").values_list("uid", flat=True).first()
