"""What mail systems send back: delivery reports (DSN and the many that look like one) and ARF.

Anybody can write such a mail. It counts where it quotes the signed link of the message that it is
about; a report without one is written down as unproven, and nothing follows from it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from typing import IO, Final

from flufl.bounce import all_failures

from troth.notify import links
from troth.notify.actions.suppressing import COMPLAINT, HARD, SOFT

UNPROVEN: Final = "unproven"
LARGEST: Final = 5_000_000  # bytes of a report that are read
_LINK: Final = re.compile(r"/subscription/([A-Za-z0-9_.=:-]{20,200})/end")
_FOLDED: Final = re.compile(r"=?\r?\n[ \t]*")
_DIAGNOSTIC: Final = re.compile(
    r"^(?:Diagnostic-Code|Status):\s*(.+)$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`subscription` is the uid that the quoted message was for; "" where it quotes none of ours.

    `kind` is hard, soft, complaint, unproven, or "" for what is no report. `event_id` is the same
    for the same mail.
    """

    kind: str
    subscription: str
    addresses: tuple[str, ...]
    said: str
    event_id: str


def read(stream: IO[bytes]) -> Report:
    """Return what a mail on a stream reports."""
    body = stream.read(LARGEST)
    message = message_from_bytes(body)
    quoted = _quoted(message)
    found = _LINK.search(_FOLDED.sub("", quoted)) or _LINK.search(quoted)
    uid = (links.held(found[1]) if found else None) or ""
    kind, addresses = _kind(message)
    if kind and not uid:
        kind = UNPROVEN
    said = _DIAGNOSTIC.findall(quoted)
    return Report(
        kind=kind,
        subscription=uid,
        addresses=addresses,
        said=" ".join(" ".join(said).split())[:500],
        event_id=f"mail {sha256(body).hexdigest()[:40]}",
    )


def _kind(message: Message) -> tuple[str, tuple[str, ...]]:
    if str(message.get_param("report-type")).lower() == "feedback-report":
        return COMPLAINT, ()
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - sixty detectors read what anybody may have written
        return "", ()
    if permanent:
        return HARD, _plain(permanent)
    return (SOFT, _plain(temporary)) if temporary else ("", ())


def _plain(found: frozenset[bytes]) -> tuple[str, ...]:
    return tuple(sorted(one.decode("utf-8", "replace") for one in found))


def _quoted(message: Message) -> str:
    return "\n".join(_texts(message))


def _texts(message: Message) -> Iterator[str]:
    for part in message.walk():
        yield from (f"{name}: {value}" for name, value in part.items())
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")
