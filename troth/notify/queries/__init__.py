"""What is asked of messages, subscriptions and the outbox."""

from troth.notify.queries.told import last_told, taken

__all__ = ["last_told", "taken"]
