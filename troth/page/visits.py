"""How often which page is read: counted in memory, by day and kind, of nobody in particular.

Neither address, cookie nor browser is kept, only what class each is of. No Django here: the page
counts where nothing else works, and what cannot be written waits, up to a bound.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

READER, BOT, PROGRAM = "reader", "bot", "program"
NONE, OWN, SEARCH, OTHER = "none", "own", "search", "other"
MOST = 5_000  # different keys that wait to be written; of more only the number is kept
REST = "(more)"  # the path of those
_LONGEST = 200  # characters of a path
_BOT = re.compile(
    r"bot\b|bot[/ -]|crawl|spider|slurp|archiver|facebookexternalhit|preview|headless|lighthouse"
    r"|monitor|uptime|pingdom|statuscake",
    re.IGNORECASE,
)
_SEARCH = re.compile(
    r"(^|\.)(google|bing|duckduckgo|ecosia|qwant|startpage|yahoo|yandex|baidu|kagi|mojeek)\."
    r"|^search\."
)


class Key(NamedTuple):
    path: str
    kind: str  # reader, bot or program
    origin: str  # where the link was: none, own, search, other
    audience: str = ""  # of a private page


class Visits:
    """Counts until somebody takes what was counted. Any number of threads may count at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Key, int] = {}

    def count(self, environ: Mapping[str, Any], *, audience: str = "") -> None:
        """Count a view of the page that a request asks for, if it is one that people read."""
        path = environ["PATH_INFO"]
        if path[-1:] != "/" and path[-5:] != ".html":
            return
        kind = kind_of(environ.get("HTTP_USER_AGENT", ""))
        origin = origin_of(environ.get("HTTP_REFERER", ""), environ.get("HTTP_HOST", ""))
        self._add(Key(path, kind, origin, audience), 1)

    def _add(self, key: Key, views: int) -> None:
        with self._lock:
            counts = self._counts
            if key not in counts and len(counts) >= MOST:
                key = key._replace(path=REST)
            counts[key] = counts.get(key, 0) + views

    def take(self) -> dict[Key, int]:
        """Return what was counted since this was called last, and begin anew."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return taken

    def put_back(self, counts: Mapping[Key, int]) -> None:
        """Count again what could not be written."""
        for key, views in counts.items():
            self._add(key, views)


@lru_cache(maxsize=512)
def kind_of(agent: str) -> str:
    """Return what class of visitor calls itself so: a browser, a robot, another program."""
    if _BOT.search(agent):
        return BOT
    return READER if agent.startswith(("Mozilla/", "Opera/")) else PROGRAM


@lru_cache(maxsize=512)
def origin_of(referrer: str, host: str) -> str:
    """Return what class of page led here."""
    if not referrer:
        return NONE
    try:
        whence = urlsplit(referrer)
        name = whence.hostname or ""
    except ValueError:
        return OTHER
    if host and whence.netloc.lower() == host.lower():
        return OWN
    return SEARCH if _SEARCH.search(name) else OTHER


def spoken(path: str, languages: tuple[str, ...]) -> tuple[str, str]:
    """Return a path without the language in it, and the language; the first one has no folder."""
    plain = path.removesuffix("index.html")[:_LONGEST]
    for language in languages[1:]:
        before, found, after = plain.partition(f"/{language}/")
        if found and (not before or before.count("/") == 2):  # noqa: PLR2004 - /p/slug, /private/slug
            return f"{before}/{after}", language
    return plain, languages[0]


VISITS = Visits()  # of this process
