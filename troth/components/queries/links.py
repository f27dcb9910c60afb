"""The links that open a private page: whether one is still good."""

from datetime import datetime

from django.conf import settings
from django.core import signing

from troth.components.models import Page

SALT = "troth.components.page"


def key() -> str:
    """Return the key that signs links: as secret as sessions."""
    return str(settings.SECRET_KEY)


def is_good(token: str, *, page: str, at: datetime) -> bool:
    """Say whether a link's token opens a page at an instant."""
    return terms(token, page=page, at=at) is not None


def terms(token: str, *, page: str, at: datetime) -> tuple[int, int] | None:
    """Return (turn, second at which it ends) of a link that opens a page now, or None."""
    try:
        slug, turn, until = signing.loads(token, key=key(), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if slug != page or at.timestamp() >= until:
        return None
    is_new = Page.objects.filter(slug=page, link_turn=turn, retired_at=None).exists()
    return (turn, until) if is_new else None
