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
    try:
        slug, turn, until = signing.loads(token, key=key(), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    if slug != page or at.timestamp() >= until:
        return False
    return Page.objects.filter(slug=page, link_turn=turn, retired_at=None).exists()
