"""The two entries that each message costs: that it is leaving, and that it was accepted.

PostgreSQL plans each statement anew and each is a way there and back, so that there one statement
is for all of a batch, and where nothing else is to be written, one for both entries.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from troth.core.rows import among, by_key
from troth.notify.queries.raw import moment

# PostgreSQL finds these rows by their ids: `|| ''` hides the state from the index of what is under
# way, which is small where it was last counted and holds each message that was since.
Taken = tuple[str, str, int]  # what was said, the other side's id, and ours

_ACCEPTED: Final = """
UPDATE notify_delivery SET state = 'accepted', ended_at = %s, said = %s, receipt = %s
WHERE id = %s AND state IN ('leaving', 'unknown') AND claimed_by = %s
"""
_ALL_ACCEPTED: Final = """
UPDATE notify_delivery d SET state = 'accepted', ended_at = %s, said = v.said, receipt = v.receipt
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS v(id, said, receipt)
WHERE d.id = v.id AND d.state || '' IN ('leaving', 'unknown') AND d.claimed_by = %s
"""
# Asked again, because the answer was lost, it agrees and counts no other try.
_LEAVING: Final = """
UPDATE notify_delivery SET state = 'leaving', left_at = COALESCE(left_at, %s),
    tries = CASE state WHEN 'claimed' THEN tries + 1 ELSE tries END
WHERE id {these} AND state || '' IN ('claimed', 'leaving') AND claimed_by = %s
RETURNING id
"""


def leave(*, ids: Sequence[int], courier: str, now: datetime) -> set[int]:
    """Write down that messages are leaving; return those that may."""
    these, values = among(ids)
    return _asked(_LEAVING.format(these=these), [moment(now), *values, courier])


def accepted(*, answers: Sequence[Taken], courier: str, now: datetime) -> None:
    """Close what was accepted; one that was taken for unknown meanwhile is known again."""
    if connection.vendor == "postgresql":
        by_key(_ALL_ACCEPTED, _columns(answers, courier, now))
        return
    at = moment(now)
    with connection.cursor() as cursor:
        cursor.executemany(_ACCEPTED, [(at, *one, courier) for one in answers])


def both(*, ids: Sequence[int], answers: Sequence[Taken], courier: str, now: datetime) -> set[int]:
    """Do both in one statement, which outside of a transaction is one. PostgreSQL alone."""
    these, values = among(ids)
    text = f"WITH receipts AS ({_ALL_ACCEPTED}) {_LEAVING.format(these=these)}"
    return _asked(text, [*_columns(answers, courier, now), moment(now), *values, courier])


def _columns(answers: Sequence[Taken], courier: str, now: datetime) -> list[Any]:
    said, receipts, ids = (list(column) for column in zip(*answers, strict=True))
    return [moment(now), ids, said, receipts, courier]


def _asked(text: str, values: Sequence[Any]) -> set[int]:
    return {row[0] for row in by_key(text, values)}


def kept(text: str, most: int) -> str:
    """Return what was said as any database keeps it: without NUL and halves of letters."""
    return text[:most].replace("\x00", "").encode("utf-8", "replace").decode()
