"""Who is known, where, and what is allowed."""

from troth.people.queries.finding import (
    address_of,
    addresses,
    by_digest,
    few,
    find,
    of_uid,
    opened,
)
from troth.people.queries.permitted import allowed, ledger, ledgers, permissions

__all__ = [
    "address_of",
    "addresses",
    "allowed",
    "by_digest",
    "few",
    "find",
    "ledger",
    "ledgers",
    "of_uid",
    "opened",
    "permissions",
]
