"""Declare components and their groups, change them, retire them. Nothing is ever deleted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from troth.components.actions.marking import new_uid, owe_account, second, take_turn
from troth.components.actions.watching import watch
from troth.components.models import Audience, Component, Group, Rest
from troth.components.queries import loading
from troth.components.rules.documents import ComponentTerms, GroupTerms
from troth.core.problems import DocumentError, Problem
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor

ONCE = "groups nest once: a group that stands in another holds no groups"


@transaction.atomic
def declare_component(
    *, terms: ComponentTerms, by: Actor, now: datetime, managed_by: str = "", uid: str = ""
) -> Component:
    """Declare a component, or change it, and return it; a retired one is there again.

    `uid` keeps an id from elsewhere (12 lower-case letters and digits) for a new one. Raises
    DocumentError where its group is not there.
    """
    take_turn()
    group = _group(terms.group, "spec.group") if terms.group else None
    check_audiences(terms.audiences)
    row = Component.objects.select_for_update().filter(slug=terms.slug).first()
    before = plain(row) if row else None
    if row is None:
        row = Component(slug=terms.slug, uid=uid or new_uid(), created_at=now)
    began = loading.began(row)
    _rise(row, now)
    for name in ("name", "description", "owner", "position", "third_party", "only_if_degraded",
                 "start_date", "promise"):  # fmt: skip
        setattr(row, name, getattr(terms, name))
    row.group, row.audiences, row.managed_by = group, list(terms.audiences), managed_by
    row.updated_at = now
    row.save()
    watch(component=row, watches=terms.watches, now=now)
    if before is None or loading.began(row) != began:
        owe_account([row], since=min(began, loading.began(row)))
    tell(by, "component", row.slug, before, plain(row), now)
    return row


def _rise(row: Component, now: datetime) -> None:
    """Let a retired component be there again; what lies between is no part of its history."""
    if row.pk and row.retired_at is not None:
        Rest.objects.create(component=row, starts=second(row.retired_at), ends=second(now))
        row.retired_at = None


def _group(slug: str, field: str) -> Group:
    row = Group.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        raise DocumentError((Problem(field, f"there is no group “{slug}”"),))
    return row


def check_audiences(slugs: Iterable[str]) -> None:
    """Raise DocumentError where one of these audiences was never declared."""
    known = set(Audience.objects.values_list("slug", flat=True))
    for slug in slugs:
        if slug not in known:
            message = f"there is no audience “{slug}”; declare it first (kind: Audience)"
            raise DocumentError((Problem("spec.audiences", message),))


def plain(row: Model) -> dict[str, object]:
    """Return a row as the trail keeps it."""
    left_out = ("id", "created_at", "updated_at", "account_from", "accounted_until")
    names = [one.attname for one in row._meta.concrete_fields]  # noqa: SLF001 - documented API
    values = {name: getattr(row, name) for name in names if name not in left_out}
    return {name: value if _is_plain(value) else str(value) for name, value in values.items()}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | bool | list)


def tell(  # noqa: PLR0913, PLR0917 - the parts of an entry
    by: Actor, thing: str, slug: str, before: object, after: object, now: datetime
) -> None:
    verb = "declared" if before is None else "changed"
    trail(actor=by, verb=verb, thing=thing, thing_id=slug, now=now, before=before, after=after)  # type: ignore[arg-type]


@transaction.atomic
def retire_component(*, slug: str, by: Actor, now: datetime) -> Component:
    """End a component: nothing is told of it from now on, its history stays.

    Raises Component.DoesNotExist.
    """
    take_turn()
    row = Component.objects.select_for_update().get(slug=slug)
    if row.retired_at is None:
        row.retired_at = row.updated_at = now
        row.save(update_fields=["retired_at", "updated_at"])
        watch(component=row, watches=(), now=now)
        owe_account([row], since=second(now))
        trail(actor=by, verb="retired", thing="component", thing_id=slug, now=now)
    return row


@transaction.atomic
def declare_group(
    *, terms: GroupTerms, by: Actor, now: datetime, managed_by: str = "", uid: str = ""
) -> Group:
    """Declare a group, or change it. A group stands at most in one that stands in none.

    Raises DocumentError.
    """
    take_turn()
    parent = _group(terms.parent, "spec.parent") if terms.parent else None
    row = Group.objects.select_for_update().filter(slug=terms.slug).first()
    _refuse_deep(row, parent)
    before = plain(row) if row else None
    if row is None:
        row = Group(slug=terms.slug, uid=uid or new_uid(), created_at=now)
    row.name, row.description, row.position = terms.name, terms.description, terms.position
    row.parent, row.managed_by, row.updated_at, row.retired_at = parent, managed_by, now, None
    row.save()
    tell(by, "group", row.slug, before, plain(row), now)
    return row


def _refuse_deep(row: Group | None, parent: Group | None) -> None:
    deep = parent is not None and parent.parent_id is not None
    holds = row is not None and row.inner.filter(retired_at=None).exists()
    if deep or (parent is not None and (holds or row == parent)):
        raise DocumentError((Problem("spec.parent", ONCE),))


@transaction.atomic
def retire_group(*, slug: str, by: Actor, now: datetime) -> Group:
    """End a group; what it held stands in no group then. Raises Group.DoesNotExist."""
    take_turn()
    row = Group.objects.select_for_update().get(slug=slug)
    if row.retired_at is None:
        row.components.update(group=None, updated_at=now)
        row.inner.update(parent=None, updated_at=now)
        row.retired_at = row.updated_at = now
        row.save(update_fields=["retired_at", "updated_at"])
        trail(actor=by, verb="retired", thing="group", thing_id=slug, now=now)
    return row


@transaction.atomic
def arrange(*, order: Iterable[str], by: Actor, now: datetime) -> None:
    """Give components the positions of this order of slugs. Unknown ones are passed over."""
    take_turn()
    rows = {row.slug: row for row in Component.objects.select_for_update()}
    moved = [rows[slug] for slug in order if slug in rows]
    for position, row in enumerate(moved, 1):
        row.position, row.updated_at = position, now
    Component.objects.bulk_update(moved, ["position", "updated_at"])
    trail(actor=by, verb="arranged", thing="components", now=now,
          after={"order": [row.slug for row in moved]})  # fmt: skip
