"""Components as an import looks for them: by uid, by slug or by name, retired ones too."""

from dataclasses import dataclass
from datetime import date, datetime

from troth.components.models import Component, Group
from troth.components.queries import loading


@dataclass(frozen=True, slots=True)
class Known:
    """`begins`: the local day on which its history begins. `managed_by`: files, or nothing."""

    uid: str
    slug: str
    name: str
    begins: date
    is_retired: bool
    managed_by: str


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A living group, empty or not. `parent`: slug; `components`: uids of living ones, in order."""

    uid: str
    slug: str
    name: str
    description: str
    position: int
    parent: str
    components: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


def known() -> list[Known]:
    """Return all components; of two with one name the living one comes last."""
    rows = sorted(Component.objects.all(), key=lambda row: (row.retired_at is None, -row.pk))
    return [_known(row) for row in rows]


def known_as(uid: str) -> Known | None:
    """Return a living component by uid."""
    row = Component.objects.filter(uid=uid, retired_at=None).first()
    return _known(row) if row else None


def is_taken(slug: str) -> bool:
    """Return whether a living component has this slug."""
    return Component.objects.filter(slug=slug, retired_at=None).exists()


def group_called(name: str) -> str | None:
    """Return the slug of the living group of that name, in any case."""
    rows = Group.objects.filter(name__iexact=name, retired_at=None)
    return rows.values_list("slug", flat=True).first()


def groups() -> list[KnownGroup]:
    """Return all living groups; the board has only those that hold something."""
    rows = Group.objects.filter(retired_at=None).select_related("parent")
    return [_group(row) for row in rows.prefetch_related("components")]


def _group(row: Group) -> KnownGroup:
    held = [one for one in row.components.all() if one.retired_at is None]
    held.sort(key=lambda one: (one.position, one.name))
    return KnownGroup(
        row.uid, row.slug, row.name, row.description, row.position,
        row.parent.slug if row.parent else "", tuple(one.uid for one in held), row.created_at,
        row.updated_at,
    )  # fmt: skip


def _known(row: Component) -> Known:
    begins = row.start_date or row.created_at.astimezone(loading.zone()).date()
    return Known(row.uid, row.slug, row.name, begins, row.retired_at is not None, row.managed_by)
