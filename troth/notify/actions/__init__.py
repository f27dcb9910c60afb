"""What changes messages, subscriptions and the outbox."""

from troth.notify.actions.alarms import acknowledge, clear_alarm, raise_alarm
from troth.notify.actions.telling import tell

__all__ = ["acknowledge", "clear_alarm", "raise_alarm", "tell"]
