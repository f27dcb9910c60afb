"""Tell: what clocks say becomes signals, each version once, however often the telling dies."""

from datetime import UTC, datetime, timedelta

PREFIXES = ("tell",)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATE = START + timedelta(hours=1)


def _open():
    """Open an incident with the same clock in each run."""
    from troth.incidents.models import Clock, Incident

    row, _ = Incident.objects.get_or_create(
        uid="aaaaaaaaaaaa",
        defaults={
            "kind": "incident", "name": "Payments fail", "state": "investigating",
            "impact": "major", "urgency": "urgent", "started_at": START, "created_at": START,
            "updated_at": START, "origin": "person", "by": "Ada",
        },
    )  # fmt: skip
    for number in range(3):
        Clock.objects.get_or_create(
            key=f"{row.uid}/{number}",
            defaults={
                "incident": row, "kind": "incident.update", "happened_at": START,
                "due_at": LATE, "segment": {"urgency": "urgent"},
            },
        )  # fmt: skip


def work():
    from troth.incidents.actions import telling

    _open()
    telling.tell_signals(now=START)


def recover():
    """Tell what was not told; say what the store holds then."""
    from troth.incidents.actions import telling
    from troth.incidents.models import Clock
    from troth.signals import actions as signals
    from troth.signals import queries

    _open()
    told = [telling.tell_signals(now=LATE) for _ in range(2)]
    assert told[-1] == 0
    while signals.seal(now=LATE).files:
        pass
    rows = [
        (row.key, row.version, row.outcome)
        for number in range(3)
        for row in queries.store().history(source="incidents", key=f"aaaaaaaaaaaa/{number}")
    ]
    return {"rows": rows, "told": sorted(Clock.objects.values_list("told", flat=True))}
