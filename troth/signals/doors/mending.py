"""Refused lines are kept to be mended: listed, downloaded, sent again, or dismissed."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import Q, QuerySet

from troth.signals import actions
from troth.signals.doors import cloudevents
from troth.signals.doors.parsed import Terms, checked, decoded
from troth.signals.doors.refused import Refused
from troth.signals.models import RefusedLine

KEPT_PER_BODY: Final = 1_000
MOST_KEPT: Final = 100_000
LONGEST_KEPT: Final = 64 * 1024
_LABEL = b"troth refused line"
_NONCE = 12
_SHOWN = 300


def keep(*, refused: Sequence[Refused], door: str, origin: str, now: datetime) -> int:
    """Keep refused lines, 1,000 of a body at most and 100,000 in all. Return how many."""
    room = MOST_KEPT - RefusedLine.objects.count() if refused else 0
    rows = [
        RefusedLine(
            at=now,
            door=door,
            origin=origin[:200],
            line=one.line,
            field=one.field[:100],
            reason=one.reason[:300],
            sealed=_sealed(one.raw),
        )
        for one in refused[: max(0, min(room, KEPT_PER_BODY))]
    ]
    RefusedLine.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def refused_lines(*, door: str = "", words: str = "") -> QuerySet[RefusedLine]:
    """Return what is kept, newest first. `words` are looked for in field, reason and origin."""
    found = RefusedLine.objects.all()
    if door:
        found = found.filter(door=door)
    for word in words.split():
        found = found.filter(
            Q(field__icontains=word) | Q(reason__icontains=word) | Q(origin__icontains=word)
        )
    return found


def raw(line: RefusedLine) -> bytes:
    """Return the line as it came; empty where it was too long to keep."""
    sealed = bytes(line.sealed)
    if not sealed:
        return b""
    return AESGCM(settings.TROTH.inbox_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _LABEL)


def told(line: RefusedLine) -> dict[str, Any]:
    """Return the line as an object to mend and send again, with why it was refused."""
    why = {"line": line.line, "field": line.field, "reason": line.reason}
    text = raw(line)
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = None
    if isinstance(found, dict):
        return {**found, "_refused": why}
    return {"_refused": {**why, "raw": text.decode("utf-8", "backslashreplace")}}


def download(lines: Iterable[RefusedLine]) -> Iterator[bytes]:
    """Yield refused lines as NDJSON."""
    for line in lines:
        yield msgspec.json.encode(told(line)) + b"\n"


def send_again(*, lines: Sequence[RefusedLine], now: datetime) -> int:
    """Try lines once more, as after a token or a rule has changed; return how many were taken.

    Those that are taken leave the list. Lines of files and of Segment's libraries are not tried:
    a file is mended and imported again, a library sends again by itself. Raises what
    `actions.accept` raises.
    """
    parts = [*cloudevents.events(_raws(lines, "cloudevents"), Terms())]
    parts.append(checked(decoded(_raws(lines, "api")), Terms()))
    signals = [signal for part in parts for signal in part.signals]
    if not signals:
        return 0
    actions.accept(batches=[signals], door="mended", now=now)
    still = {one.line for part in parts for one in part.refused}
    tried = {line.pk for line in lines if line.door in {"api", "cloudevents"}}
    RefusedLine.objects.filter(pk__in=tried - still).delete()
    return len(signals)


def dismiss(*, lines: Sequence[RefusedLine]) -> int:
    """Take lines off the list for good; return how many."""
    count, _ = RefusedLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    return count


def forget_old(*, now: datetime, days: int = 90) -> int:
    """Remove lines that nobody mended within `days`; return how many."""
    return RefusedLine.objects.filter(at__lt=now - timedelta(days=days)).delete()[0]


def shown(line: RefusedLine) -> str:
    """Return the beginning of a line, fit to be shown."""
    return raw(line)[:_SHOWN].decode("utf-8", "backslashreplace")


def _raws(lines: Sequence[RefusedLine], door: str) -> list[tuple[int, bytes]]:
    return [(line.pk, raw(line)) for line in lines if line.door == door]


def _sealed(text: bytes) -> bytes:
    if not text or len(text) > LONGEST_KEPT:
        return b""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(settings.TROTH.inbox_key).encrypt(nonce, text, _LABEL)
