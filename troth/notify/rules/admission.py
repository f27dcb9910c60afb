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


_BARRED: Final = "no longer allowed to read this page"


def reason_against(  # noqa: PLR0913 - one fact each, all named
    *,
    event: Event,
    state: str,
    is_known: bool,
    is_suppressed: bool,
    is_allowed: bool,
    is_barred: bool = False,
) -> str:
    """Return why a message may not go, or nothing. `state` is that of the subscription.

    `is_barred` says that the reader may not read the subscribed page any more.
    """
    against = {
        "the reader was forgotten": not is_known,
        "the address is left alone": is_suppressed,
        _BARRED: is_barred and event is not Event.SUBSCRIPTION_FAILING,
    }
    if found := next((why for why, holds in against.items() if holds), ""):
        return found
    if event in _BY_HAND:
        return _STATES["ended"] if state == "ended" else ""
    no_consent = "" if is_allowed else f"no consent to {event.purpose.value}"
    return _STATES.get(state, no_consent)
