from collections.abc import Mapping
from datetime import datetime

from troth.core.trace import request_id
from troth.staff import rules
from troth.staff.models import ApiToken, AuditEntry, User

Actor = User | ApiToken | str | None
Values = Mapping[str, object] | None


def note(  # noqa: PLR0913 - an entry has these parts, all named
    *,
    actor: Actor,
    verb: str,
    thing: str,
    now: datetime,
    thing_id: object = "",
    before: Values = None,
    after: Values = None,
) -> AuditEntry:
    """Write one row of the trail in the caller's transaction.

    `actor` is a person, a token, a name such as "apply", or None for the installation itself.
    `before` and `after` are plain values; what sounds like a secret is not kept.
    """
    return AuditEntry.objects.create(
        at=now,
        actor=actor if isinstance(actor, User) else None,
        actor_name=_name(actor),
        verb=verb,
        thing=thing,
        thing_id=str(thing_id)[:200],
        before=rules.without_secrets(before),
        after=rules.without_secrets(after),
        request_id=request_id.get(),
    )


def _name(actor: Actor) -> str:
    if actor is None:
        return "the installation"
    if isinstance(actor, ApiToken):
        return f"token {actor}"
    return str(actor)


def published_name(actor: Actor) -> str:
    """Return the name that may stand beside what is published: never an e-mail address.

    A person without a name is known by the part before the @.
    """
    if isinstance(actor, User):
        return actor.name or actor.email.partition("@")[0]
    return actor.name if isinstance(actor, ApiToken) else str(actor or "the installation")
