"""Messages by Apprise. It says yes or no; what it notes on the way becomes our words."""

import logging
import re
import threading
from typing import Final, Self

from troth.core.egress import ForbiddenError
from troth.notify.carriers import guarded, http
from troth.notify.carriers.limits import DownError, Limits
from troth.notify.channel import Notice
from troth.notify.rules.results import Answer, Fate

_SECONDS: Final = 30.0
_STATUS: Final = re.compile(r"error\s*=\s*(\d{3})")
_SHOWN: Final = 200
# What its notes say, and what that means; the first that is found counts.
_SIGNS: Final = (
    ("SSLError", Fate.LATER),
    ("NewConnectionError", Fate.LATER),
    ("ConnectTimeout", Fate.LATER),
    ("NameResolutionError", Fate.LATER),
    ("timed out", Fate.UNKNOWN),
    ("RemoteDisconnected", Fate.UNKNOWN),
    ("Connection aborted", Fate.UNKNOWN),
)
_WHY: Final = ("certificate verify failed", "connection refused", "name or service not known",
               "no route to host", "temporary failure in name resolution", "timed out")  # fmt: skip
_MISSING: Final = "Apprise is not installed here: add the extra “channels”"


async def carry(notice: Notice, *, limits: Limits) -> Answer:
    """Send by Apprise in a watched thread and say what came of it, in words. Raises DownError."""
    try:
        return await guarded.run(
            lambda: _send(notice), private=limits.private, seconds=max(_SECONDS, limits.timeout)
        )
    except ImportError as error:
        raise DownError(_MISSING) from error
    except ForbiddenError as error:
        return Answer(fate=Fate.REFUSED, said=str(error))
    except TimeoutError:
        return Answer(fate=Fate.UNKNOWN, said="it left, and no answer came in time")


def _send(notice: Notice) -> Answer:
    import apprise

    asset = apprise.AppriseAsset(app_id="Troth", app_desc="Troth", async_mode=False,
                                 plugin_paths=[], secure_logging=True)  # fmt: skip
    service = apprise.Apprise.instantiate(notice.url, asset=asset, suppress_exceptions=True)
    if service is None:
        return Answer(fate=Fate.REFUSED, said="Apprise cannot read this address")
    name = str(service.service_name)
    with _Listening() as heard:
        is_sent = service.notify(
            title=notice.title, body=notice.text, body_format=apprise.NotifyFormat.TEXT
        )
    if is_sent:
        return Answer(fate=Fate.ACCEPTED, said=f"{name} took it")
    return _refused(name, heard.notes)


def _refused(name: str, notes: list[str]) -> Answer:
    whole = " ".join(notes)
    said = f"{name}: {notes[0] if notes else 'it was not taken'}"[:_SHOWN]
    if guarded.SIGN in whole:
        said = f"{name}: {guarded.SIGN}{whole.partition(guarded.SIGN)[2]}"
        return Answer(fate=Fate.REFUSED, said=said[:_SHOWN])
    if found := _STATUS.search(whole):
        return Answer(fate=http.read(int(found[1]), {}, "").fate, said=said)
    fate = next((fate for sign, fate in _SIGNS if sign in whole), Fate.REFUSED)
    if fate is Fate.UNKNOWN:
        said = f"{name}: it left, and no answer came"
    elif fate is Fate.LATER:
        why = next((words for words in _WHY if words.lower() in whole.lower()), "no connection")
        said = f"{name} cannot be reached: {why}"
    return Answer(fate=fate, said=said)


class _Listening(logging.Handler):
    """Hears what Apprise notes in this thread."""

    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.notes: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread:
            return
        said = " ".join(record.getMessage().split())
        if record.levelno >= logging.WARNING or said.startswith("Socket Exception"):
            self.notes.append(said)

    def __enter__(self) -> Self:
        log = logging.getLogger("apprise")
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)
