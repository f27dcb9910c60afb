"""What an import came to, as a table for people and as JSON."""

from collections.abc import Iterator

from tabulate import tabulate

from troth.incidents.importing.running import Report

_WIDEST = 100


def written(report: Report) -> str:
    """Return the report for people: counts, figures of the source, then every flag."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    if report.is_rehearsal:
        yield "A rehearsal: nothing was written."
    yield (
        f"{report.source}: {report.incidents:,} incidents: {report.new:,} new, "
        f"{report.changed:,} changed, {report.same:,} as before"
    )
    if report.components:
        yield f"Components declared: {', '.join(report.components)}"
    if report.signals:
        new = "" if report.signals_new is None else f", {report.signals_new:,} of them new"
        yield f"Signals: {report.signals:,}{new}"
    for table in report.tables:
        yield ""
        yield table.title
        yield tabulate(table.rows, headers=table.head, tablefmt="simple", disable_numparse=True)
    yield from _flags(report)


def _flags(report: Report) -> Iterator[str]:
    yield ""
    total = sum(len(one.flags) for one in report.flagged) + len(report.notes)
    if total:
        yield f"{total:,} flags. Everything flagged was kept as it is."
    else:
        yield "Nothing was odd."
    yield from (f"- {note}" for note in report.notes)
    rows = [
        (one.source_id[:40], one.name[:50], flag[:_WIDEST])
        for one in report.flagged
        for flag in one.flags
    ]
    if rows:
        yield tabulate(rows, headers=("id", "incident", "flag"), tablefmt="simple",
                       disable_numparse=True)  # fmt: skip
    if report.refused:
        yield ""
        yield f"{len(report.refused):,} could not be taken:"
        left = [(one.source_id[:40], one.name[:50], one.why[:_WIDEST]) for one in report.refused]
        yield tabulate(left, headers=("id", "incident", "why"), tablefmt="simple",
                       disable_numparse=True)  # fmt: skip


def told(report: Report) -> dict[str, object]:
    """Return the report as JSON shows it; flags whole."""
    return {
        "source": report.source,
        "dry_run": report.is_rehearsal,
        "incidents": {"new": report.new, "changed": report.changed, "same": report.same},
        "components_declared": report.components,
        "signals": {"read": report.signals, "new": report.signals_new},
        "notes": report.notes,
        "tables": [
            {"title": one.title, "rows": [dict(zip(one.head, row, strict=True))
                                          for row in one.rows]}
            for one in report.tables
        ],
        "flags": [
            {"id": one.source_id, "incident": one.name, "flag": flag}
            for one in report.flagged
            for flag in one.flags
        ],
        "refused": [
            {"id": one.source_id, "incident": one.name, "why": one.why} for one in report.refused
        ],
    }  # fmt: skip
