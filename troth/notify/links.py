"""Addresses that only the reader knows: signed, so that nobody can make them up.

A link to leave never expires; one to confirm lives for seven days. A token names a subscription
and what it is for: one for leaving confirms nothing.
"""

from base64 import b32encode
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

_HOLDING: Final = Signer(salt="troth notify subscription 1", sep=".")
_CONFIRMING: Final = Signer(salt="troth notify confirm 1", sep=".")
_REPORTING: Final = Signer(salt="troth notify mail hook 1", sep=".")
_MOST: Final = 2**63
_SEAL_BYTES: Final = 10  # 80 bits in 16 letters
CONFIRM_SECONDS: Final = 7 * 86_400


class ExpiredError(Exception):
    """The link was right once. `uid` is the subscription's."""

    def __init__(self, uid: str) -> None:
        self.uid = uid
        super().__init__("this link has expired")


def manage_url(subscription_uid: str) -> str:
    """Return the address of a reader's own page."""
    return f"{settings.TROTH.base_url}/subscription/{token_of(subscription_uid)}/"


def end_url(subscription_uid: str) -> str:
    """Return the address that ends the subscription by one POST (RFC 8058)."""
    return f"{settings.TROTH.base_url}/subscription/{token_of(subscription_uid)}/end"


def confirm_url(subscription_uid: str, *, now: datetime) -> str:
    """Return the address that asks “was it you?”, for seven days."""
    token = _CONFIRMING.sign(f"{subscription_uid}.{int(now.timestamp()):x}")
    return f"{settings.TROTH.base_url}/subscription/{token}/confirm"


def report_url(outlet_slug: str) -> str:
    """Return where the provider of an outlet tells of bounces and complaints."""
    return f"{settings.TROTH.base_url}/hooks/mail/{_REPORTING.sign(outlet_slug)}/"


def reporting(token: str) -> str | None:
    """Return the outlet's slug, or None of a token that is not ours."""
    return _unsigned(_REPORTING, token)


def alarm_url(thread: int) -> str:
    """Return where whoever was rung says “I have it”, without signing in: short, for an SMS."""
    return f"{settings.TROTH.base_url}/alarm/{thread:x}-{_sealed(thread)}/"


def alarm(token: str) -> int | None:
    """Return the thread (its id) that a link names, or None of a token that is not ours."""
    number, _, seal = token.partition("-")
    try:
        thread = int(number, 16)
    except ValueError:
        return None
    if not 0 < thread < _MOST or not constant_time_compare(seal, _sealed(thread)):
        return None
    return thread


def _sealed(thread: int) -> str:
    made = salted_hmac("troth notify alarm 1", str(thread), algorithm="sha256").digest()
    return b32encode(made[:_SEAL_BYTES]).decode().lower()


def token_of(subscription_uid: str) -> str:
    return _HOLDING.sign(subscription_uid)


def held(token: str) -> str | None:
    """Return the subscription's uid, or None of a token that is not ours."""
    return _unsigned(_HOLDING, token)


def confirming(token: str, *, now: datetime) -> str | None:
    """Return the uid that may be confirmed, or None. Raises ExpiredError."""
    uid, _, made = (_unsigned(_CONFIRMING, token) or "").rpartition(".")
    if not uid:
        return None
    if now.timestamp() - int(made, 16) > CONFIRM_SECONDS:
        raise ExpiredError(uid)
    return uid


def _unsigned(signer: Signer, token: str) -> str | None:
    try:
        return signer.unsign(token)
    except (BadSignature, ValueError):  # ValueError: letters that are no UTF-8
        return None
