"""A signed link to the one sheet as of an instant, good until another: nothing is stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing

_SALT = "troth.page.share"
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Share:
    as_of: datetime
    until: datetime
    language: str


def token(share: Share) -> str:
    """Return what stands in the address. Whoever changes a letter of it has no link."""
    said = [int(share.as_of.timestamp()), int(share.until.timestamp()), share.language]
    return signing.dumps(said, key=_key(), salt=_SALT)


def opened(text: str, *, now: datetime) -> Share | None:
    """Return what a link shows; None for one that is forged, broken or over."""
    try:
        as_of, until, language = signing.loads(text, key=_key(), salt=_SALT)
        share = Share(_instant(as_of), _instant(until), str(language))
    except (signing.BadSignature, ValueError, TypeError, OverflowError, OSError):
        return None
    return share if now < share.until else None


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def _key() -> str:
    return str(settings.SECRET_KEY)
