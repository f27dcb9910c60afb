"""The files of `/api/v2/`: which there are, and what each holds."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from troth.components.rules.results import GroupShown, Status
from troth.components.rules.rollup import overall
from troth.incidents.rules.results import IncidentShown
from troth.page.picture import Picture
from troth.page.sheets import Sheet
from troth.page.situation import Situation, is_maintenance
from troth.page.statuspage import shapes
from troth.page.statuspage.shapes import Json

LATEST = 50
FOLDER = "api/v2/"


def sheets(picture: Picture, *, whole: str) -> Iterator[Sheet]:
    """Yield every file below `/api/v2/`. `whole` is the fingerprint of the page's data."""
    answers = Answers(picture)
    for name, answer in answers.files.items():
        yield Sheet(f"{FOLDER}{name}", whole, _written(answer))


def _written(answer: Callable[[], Json]) -> Callable[[], bytes]:
    return lambda: json.dumps(answer(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Answers:
    """Each answer of the API as a dict, made when it is asked for."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._now: Situation = picture.situation

    @property
    def files(self) -> dict[str, Callable[[], Json]]:
        """Return name → what makes it."""
        return {
            "summary.json": self.summary,
            "status.json": lambda: {"page": self.page, "status": self.status},
            "components.json": lambda: {"page": self.page, "components": self.components},
            "incidents.json": lambda: self._incidents(self._latest(maintenance=False)),
            "incidents/unresolved.json": lambda: self._incidents(self._now.problems),
            "scheduled-maintenances.json": lambda: self._planned(self._latest(maintenance=True)),
            "scheduled-maintenances/upcoming.json": lambda: self._planned(self._now.upcoming),
            "scheduled-maintenances/active.json": lambda: self._planned(self._now.running),
        }

    def summary(self) -> Json:
        """Return all that a client needs at a glance: only what is open or to come."""
        planned = (*self._now.running, *self._now.upcoming)
        return {
            "page": self.page,
            "components": self.components,
            "incidents": self._shapes(self._now.problems),
            "scheduled_maintenances": self._shapes(planned),
            "status": self.status,
        }

    @cached_property
    def page(self) -> Json:
        site, board = self._picture.site, self._now.board
        stamps = [one.updated_at for one in self._now.recent]
        stamps += [one.updated_at for one in self._now.components]
        return shapes.page(
            address=site.base_url,
            name=site.organisation,
            zone=board.zone if board else "UTC",
            updated_at=max(stamps, default=self._picture.written_at),
        )

    @cached_property
    def status(self) -> Json:
        found = overall(self._now.components)
        silent = sum(one.status is Status.NO_DATA for one in self._now.components)
        more = {"no_data": silent, "data_revision": self._picture.revision}
        return {"indicator": found.indicator, "description": found.description, "troth": more}

    @cached_property
    def components(self) -> list[Json]:
        """Return groups and components in the order of the page: a group before its own."""
        page, members = str(self.page["id"]), self._now.by_uid
        placed = [*_in_order(self._now)]
        made = []
        for position, uid in enumerate(placed, start=1):
            if uid in members:
                made.append(shapes.component(members[uid], page=page, position=position))
            else:
                one = self._groups[uid]
                made.append(shapes.group(one, members, page=page, position=position))
        return made

    @cached_property
    def _groups(self) -> dict[str, GroupShown]:
        return {one.uid: one for one in self._now.groups}

    @cached_property
    def _by_uid(self) -> dict[str, Json]:
        return {str(one["id"]): one for one in self.components}

    def _latest(self, *, maintenance: bool) -> list[IncidentShown]:
        listed = [one.uid for one in self._now.listed if is_maintenance(one) is maintenance]
        return self._now.whole(listed[:LATEST])

    def _incidents(self, some: Iterable[IncidentShown]) -> Json:
        return {"page": self.page, "incidents": self._shapes(some)}

    def _planned(self, some: Iterable[IncidentShown]) -> Json:
        return {"page": self.page, "scheduled_maintenances": self._shapes(some)}

    def _shapes(self, some: Iterable[IncidentShown]) -> list[Json]:
        page, address = str(self.page["id"]), self._picture.site.base_url
        return [
            shapes.incident(one, page=page, address=address, components=self._by_uid)
            for one in some
        ]


def _in_order(now: Situation) -> Iterator[str]:
    """Yield uids: each group before its first component, then what is in no group where it is."""
    groups, seen = {one.uid: one for one in now.groups}, set()
    for one in now.components:
        above = []
        uid = one.group
        while uid in groups and uid not in seen:
            seen.add(uid)
            above.append(uid)
            uid = groups[uid].parent
        yield from reversed(above)
        yield one.uid
    yield from (uid for uid in groups if uid not in seen)
