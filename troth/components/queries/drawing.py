"""From what was said to what is shown of each component and group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from troth.components.models import Component, Group, Watch
from troth.components.queries import loading
from troth.components.rules import combining, days, formula, uptime
from troth.components.rules.combining import FAR, Stretch
from troth.components.rules.results import Board, GroupShown, Shown, Status

_NOTHING = combining.Told(status=Status.NO_DATA)  # of a retired component


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """At which instant, with how many days, as recorded by `as_of`."""

    at: datetime
    days: int = 90
    as_of: datetime | None = None


def drawn(rows: Sequence[Component], wanted: Wanted) -> Board:
    """Return the board of these components, and of the groups that hold them."""
    zone, at = loading.zone(), int(wanted.at.timestamp())
    regimes = loading.regimes(as_of=wanted.as_of)
    calendar = days.calendar(wanted.at.astimezone(zone).date(), wanted.days, zone)
    span = (calendar.starts[0], at)
    loaded = loading.load(rows, (span[0], at + 1), as_of=wanted.as_of)
    weighing, watches = uptime.Weighing(regimes), _watches()
    drawing = days.Drawing(calendar, weighing)
    shown = {}
    for row in rows:
        told = loaded.timeline(row, (span[0], at + 1))  # up to the present second, and with it
        past = uptime.cut(told, span)
        shown[row.pk] = _shown(
            row,
            _Present.of(told, at),
            strip=drawing.strip(past),
            share=weighing.added(past).share,
            monitors=tuple(watches.get(row.pk, ())),
        )
    groups = _Groups()
    ordered = tuple(shown[row.pk] for row in sorted(rows, key=groups.place))
    return Board(
        at=wanted.at, groups=groups.shown(ordered), components=ordered,
        weights=formula.at(regimes, at), zone=str(zone),
    )  # fmt: skip


def _watches() -> dict[int, list[str]]:
    """Return the slugs of what watches each component now."""
    found: dict[int, list[str]] = {}
    for key, slug in (
        Watch.objects.filter(until=FAR).order_by("id").values_list("component_id", "slug")
    ):
        found.setdefault(key, []).append(slug)
    return found


@dataclass(frozen=True, slots=True)
class _Present:
    """What holds now, since when, and what was known before it."""

    told: combining.Told
    since: int | None
    last_known: Status | None

    @classmethod
    def of(cls, told: Sequence[Stretch], at: int) -> "_Present":
        if not told or told[-1].ends <= at:
            return cls(_NOTHING, None, None)
        status = told[-1].status
        first = len(told) - 1
        while first and told[first - 1].status is status and _touch(told, first):
            first -= 1
        before = (one.status for one in reversed(told[:first]) if one.status is not status)
        known = next(before, None) if status is Status.NO_DATA else None
        return cls(told[-1].told, told[first].starts if first else None, known)


def _touch(told: Sequence[Stretch], number: int) -> bool:
    return told[number - 1].ends == told[number].starts


def _shown(row: Component, present: _Present, **figures: Any) -> Shown:  # noqa: ANN401 - its fields
    told = present.told
    since = present.since
    changed = [row.updated_at] if since is None else [row.updated_at, _instant(since)]
    return Shown(
        uid=row.uid, slug=row.slug, name=row.name, description=row.description,
        group=row.group.uid if row.group else None, position=row.position,
        status=told.status, since=None if since is None else _instant(since), cause=told.cause,
        note=told.note, until=None if told.until >= FAR else _instant(told.until),
        last_known=present.last_known, third_party=row.third_party,
        only_if_degraded=row.only_if_degraded, start_date=row.start_date,
        audiences=tuple(row.audiences), promise=row.promise, created_at=row.created_at,
        updated_at=max(changed), **figures,
    )  # fmt: skip


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, tz=UTC)


class _Groups:
    """The groups as they are, and the place of each in the order of the page."""

    def __init__(self) -> None:
        self._rows = {row.pk: row for row in Group.objects.filter(retired_at=None)}

    def place(self, row: Component) -> tuple[object, ...]:
        """Return where a component stands: those of no group first, then group by group."""
        own = (row.position, row.name, row.pk)
        return (*self._path(row.group_id), (-1, "", 0), own)

    def _path(self, key: int | None) -> tuple[tuple[int, str, int], ...]:
        row = self._rows.get(key) if key else None
        if row is None:
            return ()
        return (*self._path(row.parent_id), (row.position, row.name, row.pk))

    def shown(self, components: Sequence[Shown]) -> tuple[GroupShown, ...]:
        """Return the groups that hold some of these, each with its own and its inner groups'."""
        found = []
        for row in sorted(self._rows.values(), key=lambda one: self._path(one.pk)):
            inside = {row.uid} | {g.uid for g in self._rows.values() if g.parent_id == row.pk}
            held = [one for one in components if one.group in inside]
            if held:
                found.append(self._shown(row, held))
        return tuple(found)

    def _shown(self, row: Group, held: Sequence[Shown]) -> GroupShown:
        parent = self._rows.get(row.parent_id) if row.parent_id else None
        return GroupShown(
            uid=row.uid, slug=row.slug, name=row.name, description=row.description,
            parent=parent.uid if parent else None, position=row.position,
            status=combining.worst([one.status for one in held]),
            components=tuple(one.uid for one in held),
            created_at=row.created_at, updated_at=max(row.updated_at, *_times(held)),
        )  # fmt: skip


def _times(held: Sequence[Shown]) -> list[datetime]:
    return [one.updated_at for one in held]
