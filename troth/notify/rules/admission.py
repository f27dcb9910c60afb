"""Whether a message may go to a reader: asked when it is due, not when it is queued. Pure."""

from typing import Final

from troth.notify.rules.events import TO_ONE, Event

_BY_HAND: Final = TO_ONE | {Event.TEST}
_STATES: Final = {
    "asked": "the address was never confirmed",
    "paused": "the reader paused it",
    "quarantined": "its endpoint kept failing: it is in quarantine",
    "ended": "the subscription has ended",
}


def reason_against(
    *, event: Event, state: str, is_known: bool, is_suppressed: bool, is_allowed: bool
) -> str:
    """Return why a message may not go, or nothing. `state` is that of the subscription."""
    if not is_known:
        return "the reader was forgotten"
    if is_suppressed:
        return "the address is left alone"
    if event in _BY_HAND:
        return _STATES["ended"] if state == "ended" else ""
    no_consent = "" if is_allowed else f"no consent to {event.purpose.value}"
    return _STATES.get(state, no_consent)
