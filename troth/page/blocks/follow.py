"""Where to hear of changes, and where to check what is said here."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from troth.page.block import Block
from troth.page.edition import Edition


def _show(edition: Edition) -> Mapping[str, object]:
    return {
        "feeds": [(name, edition.path(page)) for name, page in _FEEDS],
        "subscribe": _subscribe(edition),
        "report": f"{_site()}report?{urlencode({'language': edition.language})}",
    }


def _subscribe(edition: Edition) -> str:
    """Return the form of this page: a private one has its own, behind its door."""
    kind, _, slug = edition.root.removeprefix(_site()).strip("/").rpartition("/")
    asked = urlencode({**({"page": slug} if slug else {}), "language": edition.language})
    if kind == "private":
        return f"{edition.root}subscribe?{urlencode({'language': edition.language})}"
    return f"{_site()}subscribe?{asked}"


def _site() -> str:
    """Return the path of the whole site, with a slash at both ends."""
    return f"{urlsplit(settings.TROTH.base_url).path.rstrip('/')}/"


_FEEDS = (("RSS", "rss.xml"), ("Atom", "atom.xml"), ("JSON Feed", "feed.json"))

block = Block(order=90, template="page/blocks/follow.html", show=_show)
