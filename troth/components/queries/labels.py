"""Components by uid, slug or watch, in short: what those who speak of them need to know."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from troth.components.models import Component, Watch
from troth.components.rules.combining import FAR


@dataclass(frozen=True, slots=True)
class Label:
    """`name` is "Group - Component", or the component alone; no audiences: everybody."""

    uid: str
    slug: str
    name: str
    audiences: tuple[str, ...]
    group: str = ""  # uid


def labels(names: Collection[str]) -> Mapping[str, Label]:
    """Return the labels of components named by uid or slug, by that name; unknown are left out."""
    if not names:
        return {}
    rows = Component.objects.filter(Q(uid__in=names) | Q(slug__in=names)).select_related("group")
    found = [(row, _label(row)) for row in rows]
    by_slug = {row.slug: label for row, label in found if row.slug in names}
    return by_slug | {row.uid: label for row, label in found if row.uid in names}


def watched_by(*, kind: str, slug: str) -> Mapping[str, str]:
    """Return the status that each living component takes when this watch is down, by uid."""
    rows = Watch.objects.filter(kind=kind, slug=slug, until=FAR, component__retired_at=None)
    return dict(rows.values_list("component__uid", "down"))


def _label(row: Component) -> Label:
    name = f"{row.group.name} - {row.name}" if row.group else row.name
    return Label(row.uid, row.slug, name, tuple(row.audiences), row.group.uid if row.group else "")
