"""Monitors and heartbeats as the documents that declare them, without secrets."""

from typing import Any

from troth.probes.models import Heartbeat, Monitor
from troth.probes.queries.rhythms import rhythm_of
from troth.probes.rules import documents, mailing
from troth.probes.rules.documents import Beating, Watching


def plain(watch: Monitor | Heartbeat) -> dict[str, Any]:
    """Return the document of a monitor or heartbeat as it stands, without secrets."""
    return monitor_document(watch) if isinstance(watch, Monitor) else heartbeat_document(watch)


def monitor_document(row: Monitor) -> dict[str, Any]:
    return documents.monitor_document(
        Watching(
            slug=row.slug,
            name=row.name,
            kind=row.kind,
            settings=row.settings,
            every=row.every_ms,
            timeout=row.timeout_ms,
            retries=row.retries,
            condition=row.condition,
            slow=row.slow_ms,
            need=row.need,
            of=row.of,
            locations=tuple(row.locations),
            quorum=row.quorum,
            parents=tuple(sorted(row.parents.values_list("slug", flat=True))),
            touchpoint=row.touchpoint,
        )
    )


def heartbeat_document(row: Heartbeat) -> dict[str, Any]:
    return documents.heartbeat_document(
        Beating(
            slug=row.slug,
            name=row.name,
            rhythm=rhythm_of(row),
            mail=mailing.filter_of(row.mail),
            touchpoint=row.touchpoint,
        )
    )
