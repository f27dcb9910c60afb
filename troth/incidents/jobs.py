"""What runs by the clock: answer facts, ring, tell signals. Each is asked before it is done."""

from datetime import datetime

from troth.incidents.actions import answering, heeding, ringing, telling


def is_asked(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule's question
    """Return whether a promise or a monitor has turned and nobody answered."""
    return answering.is_unanswered()


def answer(*, now: datetime) -> int:
    """Open drafts for what broke, and say what is well again."""
    return answering.answer_facts(now=now)


def is_unheeded(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule's question
    """Return whether something fades, has grown or is over, and our people were not told."""
    return heeding.is_unheeded()


def heed(*, now: datetime) -> int:
    """Ring our own people for what fades; say what grows and what is over."""
    return heeding.heed_fades(now=now)


def is_ringing(*, now: datetime) -> bool:
    """Return whether time alone has made something due."""
    return ringing.is_ringing(now=now)


def ring(*, now: datetime) -> int:
    """Remind, escalate, begin and end maintenance, publish confirmed drafts, plan ahead."""
    return ringing.ring(now=now)


def is_untold(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule's question
    """Return whether a clock's signal is behind."""
    return telling.is_untold()


def tell(*, now: datetime) -> int:
    """Send what clocks say as signals."""
    return telling.tell_signals(now=now)
