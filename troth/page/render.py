"""From a picture to the list of files: which there are, and how each is made when it is needed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from troth import __version__
from troth.page import banner, chronicle, feeds, scorecard
from troth.page.edition import Edition, editions
from troth.page.layout import placed
from troth.page.leaf import Measured, csv, leaf
from troth.page.ledger import entries, register
from troth.page.picture import Picture, Shown, Withdrawn
from troth.page.programs import for_programs, instants
from troth.page.sheets import Patience, Sheet, fingerprint
from troth.page.sheets import inputs as inputs_of
from troth.page.status import chapters
from troth.page.statuspage import files
from troth.page.story import told
from troth.page.tongue import language_of, name_of, text_of
from troth.ui import assets

ASSETS = (
    "page.css", "favicon.svg", "js/when.js", "page/age.js", "page/due.js", "page/selfcheck.js",
)  # fmt: skip
_OLD_AFTER = 900  # seconds; after this the page itself says that it is old
Measure = Callable[[Shown], Measured]


@cache
def software() -> str:
    """Return a fingerprint of all code, templates and texts that the page is made with."""
    package = Path(__file__).parents[1]
    folders = [package / name for name in ("page", "ui", "promises", "components", "incidents")]
    kinds = {".py", ".html", ".mo", ".css", ".js", ".svg"}
    files = sorted(p for folder in folders for p in folder.rglob("*") if p.suffix in kinds)
    return fingerprint(__version__, *(path.read_bytes() for path in files))


def sheets(picture: Picture, *, secret: bytes, measure: Measure) -> Iterator[Sheet]:
    """Yield every file of the page. `measure(shown)` reads what only a promise's own page shows."""
    for edition in editions(picture):
        yield from _language(edition, measure)
    yield from files.sheets(picture, whole=inputs(picture))
    yield from banner.sheets(picture, whole=inputs(picture))
    yield from _evidence(picture)
    yield from scorecard.files(picture)
    yield from for_programs(picture, secret=secret, frame=frame(picture))
    yield from _assets()


def below(place: str, made: Iterable[Sheet]) -> Iterator[Sheet]:
    """Yield the files of a page that stands below the main one, but for what a host has once."""
    for sheet in made:
        if sheet.path not in _OF_A_HOST:
            yield replace(sheet, path=f"{place}{sheet.path}")


_OF_A_HOST = ("_headers", "robots.txt", "sitemap.xml", ".well-known/security.txt")


def inputs(picture: Picture) -> str:
    """Return a fingerprint of the whole page, but for the time of writing."""
    return fingerprint(software(), picture.site, picture.revision)


def frame(picture: Picture) -> str:
    """Return a fingerprint of what every page has: its software, whose it is, where links lead."""
    now = picture.situation
    said = bool(now.components), bool(now.listed), bool(picture.score)
    return fingerprint(software(), picture.site, *said)


def promised(picture: Picture) -> str:
    """Return a fingerprint of what a page of promises alone follows from."""
    made, gone = [o.inputs for o in picture.promises], [o.inputs for o in picture.withdrawn]
    return fingerprint(frame(picture), bool(picture.situation.problems), made, gone)


def _language(edition: Edition, measure: Measure) -> Iterator[Sheet]:
    picture, folder = edition.picture, edition.folder
    whole, base, of_promises = inputs(picture), frame(picture), promised(picture)

    def sheet(path: str, make: Callable[[], bytes], *said: object) -> Sheet:
        return Sheet(f"{folder}{path}", fingerprint(*said), _speaking(edition, make))

    yield sheet("index.html", lambda: _front(edition), whole, instants(picture))
    around = fingerprint(base, bool(picture.situation.problems))
    verify, missing = "page/verify.html", "page/missing.html"
    yield sheet("verify/index.html", lambda: edition.render(verify, "verify/", {}), around)
    yield sheet("404.html", lambda: edition.render(missing, "404.html", {}), around)
    yield sheet("promises/index.html", lambda: _register(edition), of_promises)
    yield from scorecard.pages(edition, base=of_promises, spoken=_speaking)
    for name, make in _FEEDS.items():
        yield sheet(name, _feed(edition, make), of_promises)
    yield from chronicle.sheets(edition, base=base, spoken=_speaking)
    yield from chapters.sheets(edition, base=base)
    for gone in picture.withdrawn:
        path = f"{folder}promises/{gone.slug}/index.html"
        told_of_it = _speaking(edition, _withdrawn(edition, gone))
        yield Sheet(path, inputs_of(base, gone.inputs), told_of_it, patience=Patience.ALWAYS)
    for shown in picture.promises:
        page = _promise(edition, shown, measure)
        path = f"{folder}promises/{shown.slug}/index.html"
        day = picture.written_at.date() if shown.standing.segments else None
        own = inputs_of(fingerprint(base, day), shown.inputs)
        yield Sheet(path, own, _speaking(edition, page), patience=Patience.ALWAYS)


def _speaking(edition: Edition, make: Callable[[], bytes]) -> Callable[[], bytes]:
    def spoken() -> bytes:
        with edition.spoken():
            return make()

    return spoken


def _front(edition: Edition) -> bytes:
    return edition.render("page/index.html", "", {"blocks": placed(edition), "old": _OLD_AFTER})


def _register(edition: Edition) -> bytes:
    return edition.render("page/register.html", "promises/", {"register": register(edition)})


def _promise(edition: Edition, shown: Shown, measure: Measure) -> Callable[[], bytes]:
    def make() -> bytes:
        values = leaf(edition, shown, measure(shown))
        page = f"promises/{shown.slug}/"
        return edition.render("page/promise.html", page, {"leaf": values, "old": _OLD_AFTER})

    return make


def _withdrawn(edition: Edition, gone: Withdrawn) -> Callable[[], bytes]:
    def make() -> bytes:
        events = sorted(gone.events, key=lambda event: event.at, reverse=True)
        first = edition.picture.site.languages[0]
        values = {
            "gone": gone,
            "text": text_of(gone),
            "name": name_of(gone),
            "language": language_of(gone, first),
            "events": told(edition, events),
            "entries": entries(edition, [(gone, each) for each in gone.violations]),
        }
        return edition.render("page/withdrawn.html", f"promises/{gone.slug}/", values)

    return make


def _feed(edition: Edition, make: Callable[..., bytes]) -> Callable[[], bytes]:
    return lambda: make(edition, told(edition, edition.picture.events[: feeds.NEWEST]))


_FEEDS = {"rss.xml": feeds.rss, "atom.xml": feeds.atom, "feed.json": feeds.json_feed}


def _evidence(picture: Picture) -> Iterator[Sheet]:
    for shown in picture.promises:
        made = _csv(shown)
        said = inputs_of("", shown.standing.strip)
        path = f"promises/{shown.slug}/days.csv"
        yield Sheet(path, said, made, patience=Patience.ALWAYS)


def _csv(shown: Shown) -> Callable[[], bytes]:
    return lambda: csv(shown)


def _assets() -> Iterator[Sheet]:
    for name in ASSETS:
        found = assets.find(name)
        body = found.body
        yield Sheet(f"assets/{found.path}", found.path, _given(body), immutable=True)


def _given(body: bytes) -> Callable[[], bytes]:
    return lambda: body
