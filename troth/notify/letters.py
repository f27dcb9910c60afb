"""The id of a message: the same however often it is tried, and nobody guesses another's."""

from functools import lru_cache
from hashlib import blake2b

from django.conf import settings


def letter_id(delivery: int) -> str:
    """Return the id of a delivery's message: Message-ID, `webhook-id`, idempotency key."""
    made = _keyed(settings.TROTH.subject_key).copy()
    made.update(b"%d" % delivery)
    return f"msg_{made.hexdigest()}"


@lru_cache(maxsize=2)
def _keyed(key: bytes) -> "blake2b":
    return blake2b(key=key, digest_size=16, person=b"troth letters")
