"""All components and groups there ever were, in short: what importers match against."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from troth.components.models import Component, Group
from troth.components.queries import loading
from troth.components.queries.spans import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    uid: str
    slug: str
    name: str
    began_at: datetime  # its history begins then
    is_retired: bool


def registered() -> list[Registered]:
    """Return all components, the living ones first, of equals the older one first."""
    rows = Component.objects.order_by("id")
    found = [
        Registered(
            uid=row.uid, slug=row.slug, name=row.name, began_at=instant(loading.began(row)),
            is_retired=row.retired_at is not None,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.is_retired)


def behind(promise: str, *, slugs: Collection[str]) -> dict[str, str]:
    """Return uid → its group's uid, or "", of what a promise judges, or that has one of `slugs`."""
    rows = Component.objects.filter(Q(promise=promise) | Q(slug__in=slugs), retired_at=None)
    return {uid: group or "" for uid, group in rows.values_list("uid", "group__uid")}


def judging(uids: Collection[str]) -> frozenset[str]:
    """Return the promises (slugs) that judge one of these components."""
    rows = Component.objects.filter(uid__in=uids).exclude(promise="")
    return frozenset(rows.values_list("promise", flat=True))


def group_named(name: str) -> str | None:
    """Return the slug of the living group of this name in any case; None if there is none."""
    rows = Group.objects.filter(name__iexact=name, retired_at=None)
    return rows.values_list("slug", flat=True).first()
