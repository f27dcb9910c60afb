"""The pages of incidents, of components and of uptime: which there are, and how each is made."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from troth.components.rules.results import Shown
from troth.incidents.rules.results import IncidentShown
from troth.page.edition import Edition
from troth.page.sheets import Patience, Sheet, fingerprint, inputs
from troth.page.situation import Entry, is_maintenance, past_of, present_of
from troth.page.status import badges, feeds, linked
from troth.page.status.problems import parts, problem
from troth.page.status.record import component_record, uptime_record
from troth.page.status.telling import title

Make = Callable[[], bytes]
WINDOWS = (30, 90, 365)


class Maker(NamedTuple):
    """An edition with the fingerprint of the software and of whose page it is."""

    edition: Edition
    base: str

    def sheet(self, path: str, make: Make, *said: object) -> Sheet:
        """Return a file that is written at once when it says something new."""
        return Sheet(
            f"{self.edition.folder}{path}", inputs(self.base, *said), self._spoken(make),
            patience=Patience.AGED,
        )  # fmt: skip

    def leaf(self, path: str, make: Make, *said: object, around: object = None) -> Sheet:
        """Return a file that many others are like: it can wait until those few are there."""
        base = fingerprint(self.base, around)
        return Sheet(
            f"{self.edition.folder}{path}", inputs(base, *said), self._spoken(make),
            patience=Patience.ALWAYS,
        )  # fmt: skip

    def _spoken(self, make: Make) -> Make:
        def spoken() -> bytes:
            with self.edition.spoken():
                return make()

        return spoken


def sheets(edition: Edition, *, base: str) -> Iterator[Sheet]:
    """Yield every page and feed of components and incidents in one language."""
    maker = Maker(edition, base)
    now = edition.picture.situation
    for entry in now.listed:
        yield _incident(maker, entry)
    yield from _feeds(maker)
    for path, make, said in badges.of_page(edition):
        yield maker.sheet(path, make, said)
    for one in now.components:
        yield from _component(maker, one)
    if now.components:
        yield from _uptime(maker)


def _incident(maker: Maker, entry: Entry) -> Sheet:
    def make() -> bytes:
        return incident_page(maker.edition, maker.edition.picture.situation.one(entry.uid))

    is_recent = entry.uid in maker.edition.picture.situation.everything
    sheet = maker.sheet if is_recent else maker.leaf
    return sheet(f"{entry.path}index.html", make, entry.revision)


def incident_page(edition: Edition, one: IncidentShown) -> bytes:
    values = {
        "one": problem(edition, one),
        "heading": title(one),
        "is_maintenance": is_maintenance(one),
        "parts": parts(one),
        "linked": _named(edition, one),
        "merged": edition.path(f"incidents/{one.merged_into}/") if one.merged_into else "",
        "data": linked.incident(edition, one),
    }
    return edition.render("page/status/incident.html", one.path, values)


def _named(edition: Edition, one: IncidentShown) -> list[tuple[str, str]]:
    """Return (name, address) of the incidents that this one is linked with."""
    known = edition.picture.situation.by_name
    found = [known[uid] for uid in one.linked if uid in known]
    return [(entry.name, edition.path(entry.path)) for entry in found]


def _feeds(maker: Maker) -> Iterator[Sheet]:
    edition = maker.edition
    now = edition.picture.situation
    channel = feeds.of_page(edition)
    newest = [entry.uid for entry in now.listed[: feeds.NEWEST]]
    said = [(entry.uid, entry.revision) for entry in now.listed[: feeds.NEWEST]]
    for path, make in feeds.files(edition, channel, lambda: now.whole(newest)):
        yield maker.sheet(path, make, said)
    planned = [entry for entry in now.listed if is_maintenance(entry)][: feeds.NEWEST]
    uids = [entry.uid for entry in planned]
    yield maker.sheet(
        "maintenance.ics",
        lambda: feeds.calendar(edition, channel, now.whole(uids)),
        [(entry.uid, entry.revision) for entry in planned],
    )


def _component(maker: Maker, one: Shown) -> Iterator[Sheet]:
    edition = maker.edition
    now = edition.picture.situation
    touched = now.of_component(one.uid)
    said = [(each.uid, each.revision) for each in touched]
    place = f"components/{one.slug}/"

    def page() -> bytes:
        record = component_record(edition, one, touched)
        return edition.render("page/status/component.html", place, {"record": record})

    weights = now.board.weights if now.board else None
    yield maker.leaf(
        f"{place}index.html", page, present_of(one), said,
        around=(now.prints[one.uid], weights, today(edition)),
    )  # fmt: skip
    for path, make in feeds.files(edition, feeds.of_component(edition, one), lambda: touched):
        yield maker.leaf(path, make, one.name, said)
    for path, make, shown in badges.of_component(one):
        yield maker.leaf(path, make, shown)


def today(edition: Edition) -> date:
    """Return the local day of the page: its pages of days are made anew when it ends."""
    return edition.picture.written_at.astimezone(edition.picture.situation.zone).date()


def _uptime(maker: Maker) -> Iterator[Sheet]:
    edition = maker.edition
    now = edition.picture.situation
    weights = now.board.weights if now.board else None
    told = fingerprint([past_of(one) for one in now.components], weights, today(edition))
    years = now.years()
    for name, span in (*((str(days), days) for days in WINDOWS), *((str(y), y) for y in years)):
        place = "uptime/" if name == "90" else f"uptime/{name}/"
        page = _uptime_page(edition, place, span)
        yield maker.leaf(f"{place}index.html", page, years, around=told)


def _uptime_page(edition: Edition, place: str, span: int) -> Make:
    def make() -> bytes:
        values = {"record": uptime_record(edition, span), "windows": _choices(edition, place)}
        return edition.render("page/status/uptime.html", place, values)

    return make


def _choices(edition: Edition, place: str) -> list[dict[str, object]]:
    """Return the windows and years that can be chosen, as links."""
    names = [*map(str, WINDOWS), *map(str, edition.picture.situation.years())]
    found = []
    for name in names:
        page = "uptime/" if name == "90" else f"uptime/{name}/"
        row = {"name": name, "url": edition.path(page), "here": page == place}
        found.append({**row, "days": int(name) if int(name) in WINDOWS else 0})
    return found
