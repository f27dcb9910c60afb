from datetime import datetime

from django.db import transaction

from troth.staff import queries, rules
from troth.staff.actions.audit import Actor, note
from troth.staff.models import User


class LastOwner(Exception):  # noqa: N818 - a refusal in plain words
    def __init__(self) -> None:
        super().__init__("Someone must stay owner. Make another person owner first.")


@transaction.atomic
def change_role(*, person: User, role: str, actor: Actor, now: datetime) -> None:
    """Give a person another role. Raises LastOwner where nobody would be owner any more."""
    owners, person = _locked(person)
    if role == person.role:
        return
    if role != rules.OWNER and owners == [person.pk]:
        raise LastOwner
    was, person.role = person.role, role
    person.save(update_fields=["role"])
    _noted(actor, "changed the role of", person, now, before={"role": was}, after={"role": role})


@transaction.atomic
def suspend(*, person: User, actor: Actor, now: datetime) -> None:
    """Shut a person out at once, everywhere. Raises LastOwner for the last owner."""
    owners, person = _locked(person)
    if not person.is_active:
        return
    if owners == [person.pk]:
        raise LastOwner
    _set_active(person, actor, now, active=False)


@transaction.atomic
def restore(*, person: User, actor: Actor, now: datetime) -> None:
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        _set_active(person, actor, now, active=True)


@transaction.atomic
def rename(*, person: User, name: str, now: datetime) -> None:
    was = User.objects.get(pk=person.pk).name
    if was == name:
        return
    person.name = name
    person.save(update_fields=["name"])
    _noted(person, "changed their name", person, now, before={"name": was}, after={"name": name})


@transaction.atomic
def choose_zone(*, person: User, zone: str, now: datetime) -> None:
    """Let a person enter times as clocks in a zone show them; empty is the installation's."""
    was = User.objects.get(pk=person.pk).zone
    if was == zone:
        return
    person.zone = zone
    person.save(update_fields=["zone"])
    _noted(person, "changed their time zone", person, now, before={"zone": was},
           after={"zone": zone})  # fmt: skip


def _set_active(person: User, actor: Actor, now: datetime, *, active: bool) -> None:
    before: dict[str, object] = {"is_active": person.is_active}
    person.is_active = active
    person.save(update_fields=["is_active"])
    verb = "restored" if active else "suspended"
    _noted(actor, verb, person, now, before=before, after={"is_active": active})


def _locked(person: User) -> tuple[list[int], User]:
    """Return who is owner, and the person as they are now, both held until the transaction ends.

    All take the owners' rows first and in one order: of two owners who demote each other, one
    waits and then finds that only one is left.
    """
    owners = list(queries.owners().select_for_update().order_by("pk").values_list("pk", flat=True))
    return owners, User.objects.select_for_update().get(pk=person.pk)


def _noted(
    actor: Actor,
    verb: str,
    person: User,
    now: datetime,
    **values: dict[str, object],
) -> None:
    note(actor=actor, verb=verb, thing="person", thing_id=person.email, now=now, **values)
