"""Who does what, and what they tell each other: roles with hand-over, notes."""

from datetime import datetime
from hashlib import blake2b

from django.db import transaction

from troth.incidents.actions.asked import NotAllowed, refuse
from troth.incidents.actions.keeping import held
from troth.incidents.models import Approval, Incident, Note, Role, Update
from troth.incidents.rules import prose, publishing
from troth.incidents.rules.publishing import Gap
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

ROLES = ("commander", "liaison", "scribe")


@transaction.atomic
def note(*, uid: str, text: str, by: Actor, now: datetime) -> Note:
    """Leave a note for those who work here; it is never public."""
    row = Incident.objects.get(uid=uid)
    said = prose.tidy(text)
    refuse(publishing.too_long({"text": said}) or (() if said else (Gap("text", "write it"),)))
    found = Note.objects.create(incident=row, text=said, by=published_name(by), at=now)
    trail(actor=by, verb="noted", thing="incident", thing_id=uid, now=now, after={"text": said})
    return found


@transaction.atomic
def sign_off(*, update_uid: str, by: Actor, now: datetime) -> Approval:
    """Say that one agrees with a text, as support does with a draft; it publishes nothing.

    It holds for the text as it is: an edit asks anew. Raises Update.DoesNotExist.
    """
    found = Update.objects.select_related("incident").get(uid=update_uid)
    row, _ = Approval.objects.get_or_create(
        update=found, by=published_name(by), digest=digest_of(found.body), defaults={"at": now}
    )
    trail(actor=by, verb="signed off an update of", thing="incident", now=now,
          thing_id=found.incident.uid,
          after={"update": update_uid, "body": found.body})  # fmt: skip
    return row


def digest_of(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


@transaction.atomic
def hand_over(  # noqa: PLR0913 - who, to whom, what and when, all named
    *, uid: str, role: str, person: str, by: Actor, now: datetime, note: str = ""
) -> Role:
    """Give a role to a person; who held it until now is relieved. Raises NotAllowed."""
    if role not in ROLES:
        raise NotAllowed(f"“{role[:40]}” is none of {', '.join(ROLES)}")
    name = prose.tidy(person)[:200]
    if not name:
        raise NotAllowed("say to whom")
    row = held(uid)
    before = Role.objects.filter(incident=row, role=role, until=None).first()
    if before is not None and before.person == name:
        return before
    if before is not None:
        before.until = max(now, before.since)
        before.save(update_fields=["until"])
    found = Role.objects.create(
        incident=row, role=role, person=name, since=now, note=prose.tidy(note),
        by=published_name(by),
    )  # fmt: skip
    trail(actor=by, verb="handed over", thing="incident", thing_id=uid, now=now,
          before={"role": role, "person": before.person if before else ""},
          after={"role": role, "person": name, "note": note})  # fmt: skip
    return found
