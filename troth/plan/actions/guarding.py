"""What every change does: hold the row as it was read, save it, leave a trail."""

from datetime import date, datetime
from typing import TypeVar

from django.db.models import Model

from troth.plan.models import Claim, Goal, Initiative
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor

Row = TypeVar("Row", Goal, Initiative, Claim)
_UNSAID = ("id", "token", "turn", "created_at")


class OvertakenError(Exception):
    """Somebody changed it meanwhile: look before you go on."""


class ImpossibleError(Exception):
    """It cannot be done, for the reason that this says in a sentence."""


def held(model: type[Row], uid: str, turn: int) -> Row:
    """Return the row, locked, as it was read at `turn`. Raises OvertakenError, DoesNotExist."""
    row = model.objects.select_for_update().get(uid=uid)
    if row.turn != turn:
        raise OvertakenError
    return row


def saved(row: Goal | Initiative | Claim, verb: str, before: Model | None, *, by: Actor,
          now: datetime) -> None:  # fmt: skip
    """Save the row and write what changed into the trail; nothing where nothing did."""
    was, new = (plain(before) if before else None), plain(row)
    if was == new:
        return
    row.turn += 1
    row.save()
    trail(actor=by, verb=verb, thing=row._meta.model_name or "", thing_id=row.uid,  # noqa: SLF001 - documented API
          before=was, after=new, now=now)  # fmt: skip


def plain(row: Model) -> dict[str, object]:
    """Return a row as the trail keeps it."""
    names = [one.attname for one in row._meta.concrete_fields if one.attname not in _UNSAID]  # noqa: SLF001 - documented API
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
