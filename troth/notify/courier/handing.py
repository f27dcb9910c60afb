"""Each kind of message to its carrier. Carriers are loaded when there is something to carry."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, Final

from troth.notify.carriers.limits import DownError, Limits, unloadable
from troth.notify.channel import Call, Handed, Mail, Notice, Push, Talk
from troth.notify.rules.results import Answer, Fate

_CARRIERS: Final[dict[type, str]] = {
    Call: "http",
    Talk: "talk",
    Mail: "smtp",
    Push: "push",
    Notice: "apprise",
}
_known: dict[str, Callable[..., Awaitable[Answer]]] = {}


async def hand_over(handed: Handed, *, limits: Limits) -> tuple[Answer, bool]:
    """Return what the other side said, and whether the outlet as a whole cannot be reached."""
    try:
        return await carrier_of(handed)(handed, limits=limits), False
    except DownError as error:
        return Answer(fate=Fate.LATER, said=str(error)[:300]), True
    except ImportError as error:  # a carrier loads what it needs before anything leaves
        return Answer(fate=Fate.LATER, said=unloadable(error)), True
    except Exception as error:  # noqa: BLE001 - a mistake of a carrier stops one message, no others
        return Answer(fate=Fate.UNKNOWN, said=f"{type(error).__name__}: {error}"[:300]), False


def carrier_of(handed: Handed) -> Callable[..., Awaitable[Answer]]:
    name = _CARRIERS[type(handed)]
    if isinstance(handed, Mail) and handed.provider:
        name = "anymail"
    found = _known.get(name)
    if found is None:
        module: Any = import_module(f"troth.notify.carriers.{name}")
        found = _known[name] = module.carry
    return found
