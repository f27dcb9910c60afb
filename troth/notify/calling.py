"""What many channels say alike: logins, addresses of services, colours. Pure."""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec

from troth.notify.rules.events import Severity
from troth.notify.rules.story import Story
from troth.people.rules import addresses

_OVER: Final = (".resolved", ".completed", ".kept", ".cleared", ".renewed", ".shipped")
_LINKS: Final = re.compile(r"(https?://[^\s<>()]+)")
_GREEN: Final = "#2f855a"
_GREY: Final = "#4a5568"
_COLOURS: Final = {
    Severity.MINOR: "#b7791f", Severity.MAJOR: "#c05621", Severity.CRITICAL: "#c53030",
}  # fmt: skip


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of a login by name and password."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    """Return the header of a login by token; none without one."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def link_of(*hosts: str, path: str = "/") -> Callable[[str], str]:
    """Return a check for links of a service: https, one of `hosts` (".x" is any below x)."""

    def check(text: str) -> str:
        link = addresses.link(text)
        parts = urlsplit(link)
        host = parts.hostname or ""
        is_there = any(host == one or (one[0] == "." and host.endswith(one)) for one in hosts)
        if parts.scheme != "https" or not is_there:
            raise ValueError(f"a link of this service begins with https://{_shown(hosts[0])}")
        if not parts.path.startswith(path):
            raise ValueError(f"a link of this service goes on with {path}")
        return link

    return check


def _shown(host: str) -> str:
    return f"…{host}" if host.startswith(".") else host


def matching(pattern: str, hint: str) -> Callable[[str], str]:
    """Return a check for a text of a given form; `hint` says how to write it."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        text = addresses.plain(text)
        if not form.fullmatch(text):
            raise ValueError(hint)
        return text

    return check


def server(text: str) -> str:
    """Return a server's address without a slash at its end. Raises ValueError."""
    return addresses.link(text).rstrip("/")


def colour(story: Story) -> str:
    """Return the colour of a story, as #rrggbb: green where something is over."""
    if story.event.value.endswith(_OVER):
        return _GREEN
    return _COLOURS.get(story.severity, _GREY)


def is_over(story: Story) -> bool:
    """Return whether a story ends what it is about."""
    return story.event.value.endswith(_OVER)


def unmarked(text: str, signs: str) -> str:
    """Return a text in which `signs` mean nothing; links stay as they are."""
    parts = _LINKS.split(text)
    table = str.maketrans({sign: f"\\{sign}" for sign in signs})
    return "".join(part if _LINKS.fullmatch(part) else part.translate(table) for part in parts)


def answered(body: str) -> dict[str, object]:
    """Return an answer's JSON; nothing where it is none."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
