"""Small pictures for other people's pages: the status, the uptime, whether a promise is kept."""

from collections.abc import Callable, Iterator

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from troth.components.rules.combining import WORST_FIRST
from troth.components.rules.results import Shown, Status
from troth.page.edition import Edition
from troth.page.picture import Picture
from troth.page.picture import Shown as Promise
from troth.page.situation import worst
from troth.page.status import words
from troth.page.tongue import name_of
from troth.promises.rules.results import Verdict
from troth.ui import verdicts
from troth.ui.words import share

# White on each of these has a contrast of at least 4.5.
_KEPT, _RISK, _BROKEN, _QUIET = "#1b6e53", "#855a06", "#a8322a", "#5b5f6b"
_COLOURS = {
    Status.OPERATIONAL: _KEPT,
    Status.DEGRADED: _RISK,
    Status.PARTIAL: _BROKEN,
    Status.MAJOR: _BROKEN,
}
_OF_VERDICTS = {Verdict.KEPT: _KEPT, Verdict.AT_RISK: _RISK, Verdict.BROKEN: _BROKEN}
_MARKS = {_KEPT: "●", _RISK: "▲", _BROKEN: "◆", _QUIET: "○"}
_WIDTH = 6.6  # of a character of 11 px, roughly; textLength makes it exact

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="20" role="img" aria-label="{a}">'
    '<title>{a}</title><rect width="{w}" height="20" rx="3" fill="#33363f"/>'
    '<path fill="{c}" d="M{l} 0h{m}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{m}z"/>'
    '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="7" y="14" textLength="{p}">{left}</text>'
    '<text x="{x}" y="14" textLength="{q}">{right}</text></g></svg>\n'
)
Row = tuple[str, Callable[[], bytes], object]


def badge(left: str, right: str, colour: str) -> bytes:
    """Return an SVG that says `left`: `right`, with a mark that repeats the colour."""
    right = f"{_MARKS[colour]} {right}"
    p, q = round(len(left) * _WIDTH), round(len(right) * _WIDTH)
    return format_html(
        _SVG, w=p + q + 28, a=f"{left}: {right[2:]}", c=colour, l=p + 14, m=q + 11, p=p, q=q,
        x=p + 21, left=left, right=right,
    ).encode()  # fmt: skip


def of_component(one: Shown) -> Iterator[Row]:
    """Yield (path, what makes it, what it follows from) of a component's badges."""
    place = f"components/{one.slug}/"
    colour = _COLOURS.get(one.status, _QUIET)

    def status() -> bytes:
        return badge(one.name, words.status(one.status), colour)

    def uptime() -> bytes:
        named = _("%(name)s, 90 days") % {"name": one.name}
        return badge(named, _share(one), colour if one.share is not None else _QUIET)

    yield f"{place}status.svg", status, (one.name, one.status)
    yield f"{place}uptime.svg", uptime, (one.name, one.status, _share(one))


def _share(one: Shown) -> str:
    return share(one.share, 2) if one.share is not None else pgettext("a service", "no data")


def of_page(edition: Edition) -> Iterator[Row]:
    """Yield the badge of the whole page, and one for each promise."""
    picture = edition.picture
    if picture.situation.components:
        found = worst(one.status for one in picture.situation.components)
        yield "status.svg", lambda: _whole(picture, found), (picture.site.organisation, found)
    for shown in picture.promises:
        inputs = (shown.name, shown.document, shown.standing.verdict, shown.standing.why)
        yield f"promises/{shown.slug}/verdict.svg", _promise(shown), inputs


def _whole(picture: Picture, found: Status) -> bytes:
    text = pgettext("a service", "all works") if found is WORST_FIRST[-1] else words.status(found)
    return badge(picture.site.organisation, text, _COLOURS.get(found, _QUIET))


def _promise(shown: Promise) -> Callable[[], bytes]:
    def make() -> bytes:
        verdict = shown.standing.verdict
        colour = _OF_VERDICTS.get(verdict, _QUIET)
        return badge(name_of(shown), verdicts.word(verdict), colour)

    return make
