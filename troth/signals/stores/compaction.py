"""Compaction of the embedded store: many small files become few, and what is hidden goes.

A file is never changed. Files are read and written anew, and in one transaction the new one is
entered in the manifest and the old ones are marked removed. They stay on disk for a while, for
whoever has listed them and still reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from troth.core import steps
from troth.signals.emission import instant, micros
from troth.signals.models import SegmentFile
from troth.signals.stores import files, janitor
from troth.signals.stores.duck import connection, quoted
from troth.signals.stores.reading import Reader

SEALED, HOUR, DAY, MONTH = 0, 2, 3, 4  # levels; 1 is a few merged before their hour is over
AT_ONCE = 16  # so many files of one level are merged before their hour is over
MOST_ROWS = 4_000_000  # of a file that is merged: so much is sorted in memory at once
REPEATS = timedelta(days=7)  # a delivery that comes again after so long is no longer known


@dataclass(frozen=True, slots=True)
class Group:
    """Files that become one, of this level."""

    level: int
    files: tuple[SegmentFile, ...]


def tidy(*, now: datetime) -> int:
    """Merge what has just been sealed, so that few files are read until the next compaction."""
    return sum(_rewrite(group, now=now) for group in _crowds(_current("rows"))) + _merge_marks(
        least=AT_ONCE, now=now
    )


def compact(*, now: datetime) -> int:
    """Merge hours, days and months that are over, and fold in what was replaced or forgotten."""
    done = sum(_rewrite(group, now=now) for group in _due(_current("rows"), now))
    done += sum(_rewrite(Group(max(f.level, SEALED + 1), (f,)), now=now) for f in _with_forgotten())
    done += sum(_rewrite(group, now=now) for group in _crowds(_current("rows")))
    done += _merge_marks(least=1, now=now)
    janitor.clean(now=now)
    if not _with_forgotten():
        janitor.settle_erasures(now=now)
    return done


def retain(*, kind: str, before: datetime, now: datetime) -> int:
    """Remove the rows of a kind all of whose instants lie before one; return how many."""
    limit = micros(before)
    removed = 0
    for file in _current("rows"):
        if kind in file.kinds and file.first_happened is not None and file.first_happened < limit:
            over = "greatest(s.happened_at, s.due_at, s.resolved_at)"  # nulls are passed over
            keep = f"NOT (s.kind = {quoted(kind)} AND {over} < make_timestamp({limit}))"
            removed += _without(file, keep, now)
    return removed


def _without(file: SegmentFile, keep: str, now: datetime) -> int:
    left = _rewrite(Group(max(file.level, SEALED + 1), (file,)), now=now, keep=keep, fold=False)
    return file.rows - left if left >= 0 else 0


def _current(role: str) -> list[SegmentFile]:
    return list(SegmentFile.objects.filter(role=role, removed_at=None).order_by("first_seq", "pk"))


def _crowds(known: Sequence[SegmentFile]) -> Iterator[Group]:
    """Yield the files of a level below hours where there are too many of them."""
    for level in (SEALED, SEALED + 1):
        found = [file for file in known if file.level == level]
        if len(found) >= AT_ONCE:
            yield from _packed(found, SEALED + 1)


def _due(known: Sequence[SegmentFile], now: datetime) -> Iterator[Group]:
    """Yield what belongs to an hour, a day or a month that is over and not merged yet."""
    chosen: dict[tuple[int, str], list[SegmentFile]] = defaultdict(list)
    for file in known:
        level = _level_of(file, now)
        if file.level < level or (level == MONTH and file.deliveries):
            chosen[level, _period(file, level)].append(file)
    for (level, period), found in sorted(chosen.items()):
        settled = [f for f in known if f.level == level and _period(f, level) == period]
        small = [f for f in settled if f not in found and f.rows < MOST_ROWS // 4]
        yield from _packed(found + small, level)


def _level_of(file: SegmentFile, now: datetime) -> int:
    last = instant(file.last_recorded)
    if last.strftime("%Y-%m") < now.strftime("%Y-%m") and now - last > REPEATS:
        return MONTH
    if last.date() < now.astimezone(UTC).date():
        return DAY
    return HOUR if last.strftime("%H") < now.astimezone(UTC).strftime("%H") else SEALED


def _period(file: SegmentFile, level: int) -> str:
    form = {HOUR: "%Y-%m-%d %H", DAY: "%Y-%m-%d", MONTH: "%Y-%m"}.get(level, "")
    return instant(file.last_recorded).strftime(form)


def _packed(found: Iterable[SegmentFile], level: int) -> Iterator[Group]:
    """Yield groups of files in the order of their seq, none with more rows than MOST_ROWS."""
    group: list[SegmentFile] = []
    for file in sorted(found, key=lambda each: each.first_seq):
        if group and sum(each.rows for each in group) + file.rows > MOST_ROWS:
            yield Group(level, tuple(group))
            group = []
        group.append(file)
    if group:
        yield Group(level, tuple(group))


def _with_forgotten() -> list[SegmentFile]:
    """Return the files in which a forgotten subject still stands."""
    with connection() as con:
        reader = Reader(con)
        if not reader.erased:
            return []
        shown = reader.subject()
        sought = f"s.subject IS NOT NULL AND ({shown}) IS NULL"
        return [
            file for file in reader.manifest.rows
            if reader.rows(f"SELECT 1 FROM {reader.scan([file])} AS s WHERE {sought} LIMIT 1")
        ]  # fmt: skip


def _rewrite(group: Group, *, now: datetime, keep: str = "true", fold: bool = True) -> int:
    """Write the group's rows to one new file and swap it in; return 1, or with `fold` off its rows.

    Returns 0, or -1 with `fold` off, when another process was quicker.
    """
    with connection() as con:
        reader = Reader(con)
        made = files.write(con, _folded(reader, group, keep, now), role="rows", level=group.level,
                           now=now)  # fmt: skip
    swapped = _swapped(group.files, [made] if made else [], now)
    if not swapped:
        files.remove(made)
    if fold:
        return int(swapped)
    return (made.rows if made else 0) if swapped else -1


def _folded(reader: Reader, group: Group, keep: str, now: datetime) -> str:
    """Return SQL for the group's rows with what is known about them put in."""
    recent = f"s.recorded_at > make_timestamp({micros(now - REPEATS)})"
    marks = f"SELECT seq, min(replaced_at) AS ends FROM {reader.replaced()} GROUP BY seq"
    return f"""
        SELECT s.* REPLACE (
            {reader.subject()} AS subject,
            least(s.replaced_at, m.ends) AS replaced_at,
            CASE WHEN {recent} THEN s.delivery END AS delivery,
            s.has_id AND (s.delivery IS NULL OR {recent}) AS has_id)
        FROM {reader.scan(group.files)} AS s LEFT JOIN ({marks}) AS m ON m.seq = s.seq
        WHERE {keep}
        ORDER BY {", ".join(f"s.{name.strip()}" for name in files.SORTED.split(","))}
    """


def _swapped(old: Sequence[SegmentFile], made: Sequence[SegmentFile], now: datetime) -> bool:
    """Let the new files count instead of the old ones; False if those no longer counted."""
    with transaction.atomic():
        SegmentFile.objects.bulk_create(made)
        current = SegmentFile.objects.filter(pk__in=[file.pk for file in old], removed_at=None)
        if current.update(removed_at=now) != len(old):
            transaction.set_rollback(True)
            return False
        steps.reached("compact.manifest-swapped")
    steps.reached("compact.committed")
    return True


def _merge_marks(*, least: int, now: datetime) -> int:
    """Write the marks that are not folded in yet to one file, if there are `least` files of them.

    With `least` 1 each mark is held against the rows; else they are only put together.
    """
    with connection() as con:
        reader = Reader(con)
        old = reader.manifest.replaced
        if len(old) < max(least, 1) or (least == 1 and not _worth(old)):
            return 0
        select = (
            f"SELECT seq, min(replaced_at) AS replaced_at FROM {reader.replaced()} GROUP BY seq"
        )
        if least == 1:
            low, high = min(f.first_seq for f in old), max(f.last_seq for f in old)
            every = [f for f in reader.manifest.rows if f.first_seq <= high and f.last_seq >= low]
            select = (
                f"SELECT m.* FROM ({select}) AS m JOIN {reader.scan(every)} AS s USING (seq) "
                "WHERE s.replaced_at IS NULL OR s.replaced_at > m.replaced_at"
            )
        made = files.write(con, select, role="replaced", level=SEALED + 1, now=now)
    swapped = _swapped(old, [made] if made else [], now)
    if not swapped:
        files.remove(made)
    return int(swapped)


def _worth(old: Sequence[SegmentFile]) -> bool:
    """Say whether any mark may have been folded in since the marks were last put together."""
    newest = SegmentFile.objects.filter(role="rows").order_by("-created_at").first()
    return newest is not None and newest.created_at > max(file.created_at for file in old)
