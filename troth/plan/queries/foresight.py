"""Whether an expectation was said before its effect could be seen."""

from datetime import date

from troth.plan.models import Expectation
from troth.plan.queries.days import today
from troth.plan.rules.states import said_late


def was_late(said: Expectation, *, shipped_on: date | None) -> bool:
    """Return whether it was said afterwards, of the day from which we say today that it shipped.

    One that was written while a day of shipping stood stays late, even if that day is moved.
    """
    return said.is_late or said_late(today(said.said_at), shipped_on=shipped_on)
