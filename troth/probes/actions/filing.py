"""What files say of monitors and heartbeats, as steps. No secret is in a plan or an export."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from troth.core.documents import Folder, Loaded
from troth.core.fields import nearest
from troth.core.filing import FILES, Do, Named, Step, handed_over, planned, step
from troth.core.problems import DocumentError, Problem
from troth.probes.actions import declaring
from troth.probes.models import Heartbeat, Monitor
from troth.probes.queries.documents import heartbeat_document, monitor_document, plain
from troth.probes.rules import documents as rules
from troth.probes.rules.documents import Watching

KINDS: Final = ("Monitor", "Heartbeat")
Row = Monitor | Heartbeat


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the monitors and heartbeats of a folder would do, parents first."""
    known = set(Monitor.objects.values_list("slug", flat=True)) | folder.names("Monitor")
    found = planned(folder, "Monitor", lambda loaded: _monitor(loaded, known), problems)
    yield from _parents_first(list(found), folder)
    yield from planned(folder, "Heartbeat", _heartbeat, problems)


def _monitor(loaded: Loaded, known: set[str]) -> Step:
    wanted = rules.monitor(loaded.document)
    row = Monitor.objects.filter(slug=wanted.slug).first()
    declaring.checked(wanted, row)
    for number, parent in enumerate(wanted.parents):
        if parent not in known:
            text = f"there is no monitor “{parent}”{nearest(parent, known)}"
            raise DocumentError((Problem(f"spec.parents[{number}]", text),))
    after = rules.monitor_document(wanted)
    if row is not None and _tells_new_secrets(wanted, row):
        after["spec"]["secrets"] = "others than before"

    def do(author: str, now: datetime) -> object:
        return declaring.declare_monitor(
            document=loaded.document, author=author, now=now, managed_by=FILES
        )

    return _step("Monitor", row, after, do)


def _tells_new_secrets(wanted: Watching, row: Monitor) -> bool:
    kept = declaring.opened_secrets(row)
    return any(kept.get(name) != value for name, value in (wanted.secrets or {}).items())


def _parents_first(steps: Sequence[Step], folder: Folder) -> list[Step]:
    """Return the steps in an order in which each monitor's parents are there before it."""
    parents = {one.name: _parents(one.document) for one in folder.of("Monitor")}
    waiting, ordered = {one.name: one for one in steps}, list[Step]()

    def place(name: str, seen: frozenset[str]) -> None:
        if name in waiting and name not in seen:
            for parent in parents.get(name, ()):
                place(parent, seen | {name})
            if name in waiting:
                ordered.append(waiting.pop(name))

    for one in steps:
        place(one.name, frozenset())
    return ordered


def _parents(document: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        return rules.monitor(document).parents
    except DocumentError:
        return ()


def _heartbeat(loaded: Loaded) -> Step:
    wanted = rules.heartbeat(loaded.document)
    row = Heartbeat.objects.filter(slug=wanted.slug).first()

    def do(author: str, now: datetime) -> object:
        return declaring.declare_heartbeat(
            document=loaded.document, author=author, now=now, managed_by=FILES
        )

    return _step("Heartbeat", row, rules.heartbeat_document(wanted), do)


def _step(kind: str, row: Row | None, after: dict[str, Any], do: Do) -> Step:
    living = row if row is not None and row.retired_at is None else None
    before = plain(living) if living else None
    found = step(kind, after["metadata"]["name"], before, after, do)
    return handed_over(found, managed_by=row.managed_by if row else None)


def prune_all(folder: Folder) -> Iterator[Step]:
    """Yield what ends because files manage it and the folder does not hold it any more."""
    for kind, model in (("Monitor", Monitor), ("Heartbeat", Heartbeat)):
        managed = model.objects.filter(managed_by=FILES, retired_at=None)
        for row in managed.exclude(slug__in=folder.names(kind)).order_by("slug"):
            yield Step("retire", kind, row.slug, (), _retiring(row))


def _retiring(row: Row) -> Do:
    return lambda author, now: declaring.retire(watch=row, author=author, now=now)


def documents() -> Iterator[Named]:
    """Yield each monitor and heartbeat as apply takes it, without secrets, parents first."""
    rows = {row.slug: row for row in Monitor.objects.filter(retired_at=None).order_by("slug")}
    written: set[str] = set()
    for row in rows.values():
        yield from _written(row, rows, written)
    for heartbeat in Heartbeat.objects.filter(retired_at=None).order_by("slug"):
        yield f"heartbeat-{heartbeat.slug}", heartbeat_document(heartbeat)


def _written(row: Monitor, rows: Mapping[str, Monitor], written: set[str]) -> Iterator[Named]:
    if row.slug in written:
        return
    written.add(row.slug)
    document = monitor_document(row)
    for parent in document["spec"].get("parents", ()):
        if parent in rows:
            yield from _written(rows[parent], rows, written)
    yield f"monitor-{row.slug}", document
