"""Links to the one sheet as of an instant: good until another, or until somebody revokes them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F

from troth.page import queries
from troth.page.models import SharedLink
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name

LONGEST = timedelta(days=366)
_MOST = 200  # links on the desk's list
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Share:
    """What a link is to show, until when, and for whom or for what it is."""

    as_of: datetime
    until: datetime
    language: str
    purpose: str = ""


@transaction.atomic
def share(*, terms: Share, author: Actor, now: datetime) -> str:
    """Return the address of a link to the one sheet. Raises ValueError in plain words."""
    if not now < terms.until <= now + LONGEST:
        raise ValueError("a link ends in the future, and within a year")
    if terms.as_of > now:
        raise ValueError("nobody knows yet what will be true then: choose a day that has begun")
    token = secrets.token_urlsafe(_BYTES)
    row = SharedLink.objects.create(
        digest=_digest(token), purpose=terms.purpose, language=terms.language, as_of=terms.as_of,
        until=terms.until, made_by=published_name(author), made_at=now,
    )  # fmt: skip
    note(actor=author, verb="shared", thing="link", thing_id=str(row.pk), now=now,
         after={"as_of": terms.as_of.isoformat(), "until": terms.until.isoformat(),
                "purpose": terms.purpose})  # fmt: skip
    return f"{queries.site().base_url}/share/{token}/"


@transaction.atomic
def revoke(*, number: int, by: Actor, now: datetime) -> SharedLink:
    """Let a link show nothing from now on; a second time changes nothing.

    Raises SharedLink.DoesNotExist.
    """
    row = SharedLink.objects.select_for_update().get(pk=number)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, published_name(by)
        row.save(update_fields=["revoked_at", "revoked_by"])
        note(actor=by, verb="revoked", thing="link", thing_id=str(row.pk), now=now,
             before={"purpose": row.purpose})  # fmt: skip
    return row


def opened(token: str, *, now: datetime) -> SharedLink | None:
    """Return the link of an address, live or not, and remember that it was opened; or None."""
    row = SharedLink.objects.filter(digest=_digest(token)).first()
    if row is not None and row.is_live(now):
        SharedLink.objects.filter(pk=row.pk).update(opened_at=now, openings=F("openings") + 1)
    return row


def links() -> list[SharedLink]:
    """Return what was handed on, the newest first."""
    return list(SharedLink.objects.all()[:_MOST])


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
