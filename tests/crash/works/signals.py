"""Accept, seal and compact: nothing accepted is lost, nothing is counted twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PREFIXES = ("accept", "seal", "compact")
START = datetime(2026, 3, 1, tzinfo=UTC)
BATCHES = 6


def _batch(number):
    from troth.signals.envelope import Signal

    return [
        Signal(
            source="shop", kind="delivery", key=f"order-{n}", id=f"{number}-{n}", version=number,
            happened_at=START + timedelta(hours=n), subject=f"person-{n % 7}", weight=1 + n % 3,
            resolved_at=START + timedelta(hours=n + number),
            supersedes=f"order-{n - 1}" if number == 4 and n % 10 == 0 else None,
        )
        for n in range(number * 20, number * 20 + 60)
    ]  # fmt: skip


def work():
    """Send batches whose orders overlap, sealing and compacting in between, as days go by."""
    from troth.signals import actions

    for number in range(BATCHES):
        now = START + timedelta(days=number)
        actions.accept(batches=[_batch(number)], door="test", now=now)
        if number % 2:
            actions.seal(now=now)
    actions.forget(subject="person-3", now=START + timedelta(days=BATCHES))
    actions.compact(now=START + timedelta(days=BATCHES))
    actions.compact(now=START + timedelta(days=BATCHES + 1))


def recover():
    """Send again what may not have been acknowledged; then say everything that is known."""
    from troth.signals import actions, queries
    from troth.signals.models import SegmentFile
    from troth.signals.stores import manifest

    late = START + timedelta(days=60)
    held = _held()
    for number in range(BATCHES):
        if number not in held:
            actions.accept(
                batches=[_batch(number)], door="test", now=START + timedelta(days=number)
            )
    while actions.seal(now=late).files:
        pass
    actions.forget(subject="person-3", now=late)
    actions.compact(now=late)
    actions.compact(now=late + timedelta(days=1))
    on_disk = {str(p.relative_to(manifest.folder())) for p in manifest.folder().rglob("*.parquet")}
    listed = set(SegmentFile.objects.values_list("path", flat=True))
    assert listed <= on_disk, listed - on_disk
    return {"told": _told(queries.store()), "inbox": queries.inbox_depth().signals}


def _held():
    """Return the batches of which any signal is in the inbox or the store."""
    from troth.signals import queries, spool
    from troth.signals.envelope import decode_lines
    from troth.signals.models import Inbox

    held = {
        s.version for row in Inbox.objects.all() for s in decode_lines(spool.unpack(row.payload))
    }
    rows = [queries.store().history(source="shop", key=f"order-{n}") for n in range(160)]
    return held | {row.version for case in rows for row in case}


def _told(store):
    from troth.core.windows import DAY, Span
    from troth.signals.expressions import parse
    from troth.signals.store import Question

    question = Question(
        kinds=("delivery",), time=parse("happened_at", role="time"),
        good=parse("seconds(happened_at, resolved_at) < 10000", role="condition"),
    )  # fmt: skip
    span = Span(START - timedelta(days=10), START + timedelta(days=90))
    answers = [
        store.tally([question], span=span, zone=ZoneInfo("Europe/Berlin"), grain=DAY, as_of=as_of)[
            0
        ]
        for as_of in (None, *(START + timedelta(days=n, hours=1) for n in range(BATCHES)))
    ]
    history = [
        [(row.version, row.recorded_at, row.replaced_at, row.subject is None) for row in
         store.history(source="shop", key=f"order-{n}")]
        for n in range(160)
    ]  # fmt: skip
    return [[(t.bucket, t.good, t.total) for t in tallies] for tallies in answers], history
