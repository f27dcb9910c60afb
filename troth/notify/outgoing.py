"""Subscribers as a file that can be imported again: with addresses in clear and every proof."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from troth.notify.models import Subscription
from troth.notify.queries.readers import Sieve, keys_of_many, sifted
from troth.notify.rules import families
from troth.notify.rules.events import Severity
from troth.notify.rules.wishes import clock_of
from troth.people import queries as people

COLUMNS: Final = (
    "uid", "channel", "address", "state", "page", "audience", "events", "parts", "floor", "pace",
    "quiet_from", "quiet_until", "zone", "language", "asked_at", "confirmed_at", "ended_at",
    "end_how", "owner", "consents",
)  # fmt: skip
_AT_ONCE: Final = 500
_FORMULA: Final = ("=", "+", "-", "@", "\t")  # what a spreadsheet would run


def documents(sieve: Sieve) -> Iterator[dict[str, Any]]:
    """Yield every subscription, oldest first, in constant memory."""
    last = 0
    while rows := list(sifted(sieve).filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = rows[-1].pk
        yield from _documents(rows)


def of_contact(contact_id: int) -> Iterator[dict[str, Any]]:
    """Yield the same of one reader."""
    rows = Subscription.objects.filter(contact=contact_id).select_related("contact")
    yield from _documents(list(rows.order_by("pk")))


def _documents(rows: Sequence[Subscription]) -> Iterator[dict[str, Any]]:
    contacts = [row.contact_id for row in rows]
    addresses, words = people.addresses(contacts), people.ledgers(contacts)
    owners = people.addresses({row.owner_id for row in rows if row.owner_id})
    keys = keys_of_many(rows)
    for row in rows:
        contact = row.contact
        yield {
            "uid": row.uid,
            "channel": contact.channel,
            "address": addresses.get(contact.pk, ""),
            "state": row.state,
            "page": row.page,
            "audience": row.audience,
            "events": families.names(row.events),
            "parts": list(keys[row.pk]),
            "floor": Severity(row.floor).name.lower(),
            "pace": row.pace,
            "quiet_from": clock_of(row.quiet_from),
            "quiet_until": clock_of(row.quiet_until),
            "zone": contact.zone,
            "language": contact.language,
            "asked_at": _iso(row.asked_at),
            "confirmed_at": _iso(row.confirmed_at),
            "ended_at": _iso(row.ended_at),
            "end_how": row.end_how,
            "owner": owners.get(row.owner_id, "") if row.owner_id else "",
            "consents": words.get(contact.pk, []),
        }


def _iso(at: Any) -> str:  # noqa: ANN401 - a datetime or None
    return at.isoformat() if at else ""


def as_lines(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield one JSON object a line."""
    for one in found:
        yield json.dumps(one, ensure_ascii=False).encode() + b"\n"


def as_csv(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield CSV in UTF-8 with a heading; lists with spaces, consents as JSON."""
    yield _row(COLUMNS)
    for one in found:
        yield _row([_cell(name, one[name]) for name in COLUMNS])


def _cell(name: str, value: Any) -> str:  # noqa: ANN401 - what a document holds
    if name == "consents":
        return json.dumps(value, ensure_ascii=False)
    text = " ".join(value) if isinstance(value, list) else str(value)
    # A telephone number begins with a plus: an import takes the quote off again.
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(cells: Iterable[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()
