import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from troth.staff import rules
from troth.staff.actions.audit import Actor, note
from troth.staff.models import ApiToken, User

NAME = "troth_"
PREFIX = len(NAME) + 8
_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: its row, and the text, which is known only now."""

    token: ApiToken
    text: str


@transaction.atomic
def issue(  # noqa: PLR0913 - all named
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime,
    now: datetime,
    actor: User | None = None,
    sources: Sequence[str] = (),
) -> Issued:
    """Make a token. Raises ValueError for unknown scopes, or an end that is not in the future."""
    if not scopes or set(scopes) - set(rules.SCOPES):
        raise ValueError(f"A token needs scopes out of {', '.join(rules.SCOPES)}.")
    if expires_at <= now:
        raise ValueError("The token would have expired already.")
    # 8 digits name it, 40 more are the secret: 160 bits.
    text = f"{NAME}{secrets.token_hex(4)}{secrets.token_hex(20)}"
    token = ApiToken.objects.create(
        name=name,
        prefix=text[:PREFIX],
        digest=rules.digest(text),
        scopes=sorted(set(scopes)),
        sources=sorted(set(sources)),
        made_by=actor,
        made_at=now,
        expires_at=expires_at,
    )
    after = {"name": name, "scopes": token.scopes, "sources": token.sources, "expires": expires_at}
    note(actor=actor, verb="issued", thing="API token", thing_id=token.prefix, now=now, after=after)
    return Issued(token, text)


@transaction.atomic
def revoke(*, token: ApiToken, actor: Actor, now: datetime) -> None:
    """End a token. Web processes that have just seen it forget it within ten seconds."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        after = {"name": token.name, "revoked_at": now}
        note(
            actor=actor,
            verb="revoked",
            thing="API token",
            thing_id=token.prefix,
            now=now,
            before={"name": token.name, "revoked_at": None},
            after=after,
        )


def mark_used(*, token: ApiToken, now: datetime) -> None:
    """Remember when a token was last used, to the minute."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
