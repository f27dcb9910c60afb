"""A proof of work (ALTCHA, version 2) that a browser solves while its reader fills in the form.

It runs here alone: nobody else is asked, nothing is kept but that a riddle was solved.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

import altcha
from django.conf import settings

from troth.notify.actions.knocking import knock
from troth.notify.rules.limits import ONCE

_ALGORITHM: Final = "PBKDF2/SHA-256"
_COST: Final = 5_000  # rounds for each guess: about a millisecond of a computer
_GUESSES: Final = (200, 1_200)  # about a second of a computer, a few of a telephone
LIVES: Final = timedelta(minutes=20)
_LONGEST: Final = 4_000  # characters of an answer


def riddle(*, now: datetime) -> dict[str, object]:
    """Return a new riddle, as the ALTCHA widget and our own solver take it."""
    low, high = _GUESSES
    found = altcha.create_challenge(
        _ALGORITHM,
        _COST,
        counter=low + secrets.randbelow(high - low),
        expires_at=now + LIVES,
        hmac_secret=_key("riddle"),
        hmac_key_secret=_key("answer"),
    )
    return dict(found.to_dict())


def is_solved(answer: str, *, now: datetime) -> bool:
    """Return whether an answer is right, in time, and given for the first time."""
    if not answer or len(answer) > _LONGEST:
        return False
    try:
        payload = altcha.Payload.from_base64(answer)
        found = altcha.verify_solution(payload, _key("riddle"), hmac_key_secret=_key("answer"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if not found.verified or payload.challenge.parameters.algorithm != _ALGORITHM:
        return False
    return knock(use="riddle", of=str(payload.challenge.signature), limits=ONCE, now=now) is None


def _key(use: str) -> str:
    return f"troth notify {use} {settings.SECRET_KEY}"
