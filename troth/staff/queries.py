from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Q, QuerySet

from troth.staff.models import ApiToken, AuditEntry, Link, User


def people() -> QuerySet[User]:
    return User.objects.order_by("-is_active", "name", "email")


def may_sign_in(ids: Collection[int]) -> frozenset[int]:
    """Return those of some people (ids) who may sign in now."""
    if not ids:
        return frozenset()
    return frozenset(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", flat=True))


def zone_of(person: User) -> ZoneInfo:
    """Return the zone in which a person enters times: their own, or the installation's."""
    try:
        return ZoneInfo(person.zone or settings.TROTH.time_zone)
    except (ZoneInfoNotFoundError, ValueError):  # one that this host no longer knows
        return ZoneInfo(settings.TROTH.time_zone)


def owners() -> QuerySet[User]:
    """Everyone who may do everything and has not been suspended."""
    return User.objects.filter(role="owner", is_active=True)


def open_links(*, now: datetime) -> QuerySet[Link]:
    return Link.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)


def open_invitations(*, now: datetime) -> QuerySet[Link]:
    return open_links(now=now).filter(kind=Link.Kind.INVITATION).select_related("made_by")


def tokens() -> QuerySet[ApiToken]:
    """Every token, the living ones first."""
    return ApiToken.objects.select_related("made_by").order_by("revoked_at", "expires_at", "name")


def trail(
    *, text: str = "", thing: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[AuditEntry]:
    """Return the audit trail, newest first: `text` in its words, about `thing`, (since, until]."""
    entries = AuditEntry.objects.all()
    for word in text.split():
        entries = entries.filter(
            Q(actor_name__icontains=word)
            | Q(verb__icontains=word)
            | Q(thing__icontains=word)
            | Q(thing_id__icontains=word)
            | Q(request_id=word)
        )
    if thing:
        entries = entries.filter(thing=thing)
    if since:
        entries = entries.filter(at__gt=since)
    if until:
        entries = entries.filter(at__lte=until)
    return entries


def things() -> list[str]:
    """Return what the trail has entries about, in alphabetical order."""
    names = AuditEntry.objects.order_by("thing").values_list("thing", flat=True).distinct()
    return list(names)
