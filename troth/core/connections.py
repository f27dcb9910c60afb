"""The connection to the database of a thread that no request of Django's looks after."""

from django.db import connection


def renew() -> None:
    """Let go of a connection that has died or is too old; the next question opens another.

    Inside a transaction nothing is done.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
