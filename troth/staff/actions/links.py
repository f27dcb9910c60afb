import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from troth.staff import queries, rules
from troth.staff.actions.audit import note
from troth.staff.models import Link, Role, User

OWNER_LINK_LASTS = timedelta(days=1)
INVITATION_LASTS = timedelta(days=7)
PASSWORD_LINK_LASTS = timedelta(hours=4)


class LinkGone(Exception):  # noqa: N818 - a refusal in plain words
    """The link was used, has expired, was withdrawn, or never was."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new link: its row, and the address, which is known only now."""

    link: Link
    url: str


@transaction.atomic
def owner_link(*, now: datetime) -> str | None:
    """Return an address that makes the first owner, once, within a day; None if there is one.

    Each call withdraws the links that earlier calls gave.
    """
    if queries.owners().exists():
        return None
    Link.objects.filter(kind=Link.Kind.OWNER, used_at=None, withdrawn_at=None).update(
        withdrawn_at=now
    )
    return _made(now, OWNER_LINK_LASTS, kind=Link.Kind.OWNER, role=Role.OWNER).url


@transaction.atomic
def invite(*, email: str, role: str, actor: User, now: datetime) -> Made:
    """Return a link by which `email` joins with `role`. An earlier open one is withdrawn.

    Raises ValueError if that person is here already.
    """
    email = email.lower()
    if User.objects.filter(email=email).exists():
        raise ValueError("This person is here already.")
    queries.open_invitations(now=now).filter(email=email).update(withdrawn_at=now)
    made = _made(
        now, INVITATION_LASTS, kind=Link.Kind.INVITATION, role=role, email=email, made_by=actor
    )
    note(actor=actor, verb="invited", thing="person", thing_id=email, now=now, after={"role": role})
    return made


@transaction.atomic
def password_link(*, person: User, actor: User | None, now: datetime) -> Made:
    """Return a link by which a person sets a new password, for those whom no mail reaches."""
    kind = Link.Kind.PASSWORD
    queries.open_links(now=now).filter(kind=kind, person=person).update(withdrawn_at=now)
    made = _made(
        now,
        PASSWORD_LINK_LASTS,
        kind=kind,
        role=person.role,
        email=person.email,
        person=person,
        made_by=actor,
    )
    verb = "made a password link for"
    note(actor=actor, verb=verb, thing="person", thing_id=person.email, now=now)
    return made


@transaction.atomic
def withdraw(*, link: Link, actor: User, now: datetime) -> None:
    if queries.open_links(now=now).filter(pk=link.pk).update(withdrawn_at=now):
        verb = "withdrew the invitation of"
        note(actor=actor, verb=verb, thing="person", thing_id=link.email, now=now)


def opened(*, token: str, now: datetime) -> Link:
    """Return the link that a token opens, unused. Raises LinkGone."""
    link = queries.open_links(now=now).filter(digest=rules.digest(token)).first()
    if link is None or (link.kind == Link.Kind.OWNER and queries.owners().exists()):
        raise LinkGone
    return link


@transaction.atomic
def join(*, token: str, email: str, name: str, password: str, now: datetime) -> User:
    """Use a link: make the person, or set the password anew. Raises LinkGone.

    An invitation's own e-mail counts, whatever is passed.
    """
    link = opened(token=token, now=now)
    # Whoever moves the row may enter; of two requests with the same link one finds it used.
    if not queries.open_links(now=now).filter(pk=link.pk).update(used_at=now):
        raise LinkGone
    if link.person:
        return _with_password(link.person, password, now)
    person = User(email=(link.email or email).lower(), name=name, role=link.role, joined_at=now)
    person.set_password(password)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    note(
        actor=person,
        verb="joined",
        thing="person",
        thing_id=person.email,
        now=now,
        after={"role": person.role, "name": name},
    )
    return person


def _with_password(person: User, password: str, now: datetime) -> User:
    person.set_password(password)
    person.save(update_fields=["password"])
    verb = "set a new password by link"
    note(actor=person, verb=verb, thing="person", thing_id=person.email, now=now)
    return person


def _made(now: datetime, lasts: timedelta, **values: object) -> Made:
    token = secrets.token_urlsafe(32)
    link = Link(digest=rules.digest(token), made_at=now, expires_at=now + lasts, **values)
    link.save()
    return Made(link, f"{settings.TROTH.base_url}/welcome/{token}/")
