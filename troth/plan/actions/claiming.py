"""The register of claims: numbers that others say."""

from copy import copy
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from troth.core.ids import new_id
from troth.plan.actions.guarding import held, saved
from troth.plan.models import Claim
from troth.staff.actions.audit import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a claim says, where it is from, what speaks against it, and which figure is ours."""

    text: str
    number: str = ""
    source: str
    link: str = ""
    said_on: date | None = None
    doubt: str = ""
    ours: str = ""
    used_in: str = ""


@transaction.atomic
def claim(*, quote: Quote, token: str, by: Actor, now: datetime) -> Claim:
    """Enter a claim; the same `token` again is the same claim."""
    row, is_new = Claim.objects.get_or_create(
        token=token, defaults={"uid": new_id("clm"), "created_at": now, **asdict(quote)}
    )
    if is_new:
        saved(row, "entered", None, by=by, now=now)
    return row


@transaction.atomic
def write_claim(*, uid: str, quote: Quote, turn: int, by: Actor, now: datetime) -> Claim:
    """Change a claim; the trail keeps what it said. Raises OvertakenError."""
    row = held(Claim, uid, turn)
    before = copy(row)
    for name, value in asdict(quote).items():
        setattr(row, name, value)
    saved(row, "changed", before, by=by, now=now)
    return row


@transaction.atomic
def retire(*, uid: str, back: bool, turn: int, by: Actor, now: datetime) -> Claim:
    """Say that we quote it no longer, or (`back`) that we do again. Raises OvertakenError."""
    row = held(Claim, uid, turn)
    before = copy(row)
    row.retired_at = None if back else now
    saved(row, "restored" if back else "retired", before, by=by, now=now)
    return row
