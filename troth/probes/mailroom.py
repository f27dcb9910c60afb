"""Mail to heartbeats, each at `<key>@<domain>`: on disk before it is accepted, counted once.

Whatever receives it calls the two functions here: the listener (mailport.py), or `troth ping-mail`
behind a mail server of one's own.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings

from troth.core import connections, steps
from troth.probes import actions, book, queries
from troth.probes.rules import mailing

LARGEST: Final = 5_000_000  # bytes of a message
_KEPT: Final = 10_000  # bytes of what is shown of it
_LONGEST: Final = 64


def is_ours(address: str) -> bool:
    """Return whether an address is a living heartbeat's."""
    key = _key(address)
    connections.renew()
    return bool(key) and queries.heartbeat_by_key(key) is not None


def _key(address: str) -> str:
    """Return the key in an address; nothing where it is of another domain or no address."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    is_here = bool(at) and domain.rstrip(".") == settings.TROTH.mail_domain.lower()
    return local if is_here and 0 < len(local) <= _LONGEST else ""


def deliver(*, raw: bytes, recipients: Sequence[str], now: datetime) -> int:
    """Keep a message for each of the heartbeats; return how many. On return it is on disk.

    A message that came before, by its Message-ID, is kept no second time. Raises DatabaseError or
    OutdatedError where it could not be kept: have it sent again.
    """
    mail = mailing.read(raw)
    steps.reached("mail.read")
    keys = dict.fromkeys(_key(address) for address in recipients)
    kept = sum(_kept(key, mail, len(raw), now) for key in keys if key)
    steps.reached("mail.kept")
    return kept


def _kept(key: str, mail: mailing.Mail, size: int, now: datetime) -> bool:
    known = book.by_key(key)
    if known is None:
        return False
    arrived = actions.Arrived(
        heartbeat=known.heartbeat, revision=known.revision, at=now,
        sign=queries.mail_filter(known.heartbeat).sign(mail), method="MAIL", size=size,
        body=mail.evidence[:_KEPT], mark=mail.mark,
    )  # fmt: skip
    try:
        actions.take(arrived)
    except actions.OutdatedError:
        book.forget()
        known = book.by_key(key)
        if known is None:
            return False
        actions.take(replace(arrived, heartbeat=known.heartbeat, revision=known.revision))
    return True
