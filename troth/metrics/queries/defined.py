"""What is defined: the catalogue's metrics and those that people wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from troth.core import registry
from troth.metrics import catalogue as folder
from troth.metrics import definitions, labels
from troth.metrics.definitions import Difference
from troth.metrics.models import Definition, Series, Watch
from troth.metrics.rules import Entry, Metric


@dataclass(frozen=True, slots=True)
class Named:
    """A metric as people see it. `version` is None for one of the catalogue's."""

    name: str
    metric: Metric
    version: int | None
    document: dict[str, Any] | None
    series: int | None  # the series that keeps it tallied, if one does


@cache
def catalogue() -> Mapping[str, Metric]:
    """Return name → metric of the catalogue and of entry points that add to it."""
    found = registry.load(folder, Entry)
    return {name: one for name, one in found.items() if isinstance(one, Metric)}


def metrics() -> list[Named]:
    """Return every metric: the catalogue's, then people's own, each in order of its name."""
    watched = dict(Watch.objects.values_list("name", "series"))
    known = catalogue()
    found = [Named(name, known[name], None, None, None) for name in sorted(known)]
    for one in _current():
        metric = definitions.read(one.document, known).metric
        found.append(Named(one.name, metric, one.version, one.document, watched.get(one.name)))
    return found


def metric(name: str) -> Metric | None:
    """Return the metric of that name, people's own before the catalogue's, or None."""
    document = current_documents().get(name)
    if document is None:
        return catalogue().get(name)
    return definitions.read(document, catalogue()).metric


def documents() -> list[dict[str, Any]]:
    """Return people's own metrics as the documents that `declare` takes, for export."""
    return list(current_documents().values())


def current_documents() -> dict[str, dict[str, Any]]:
    return {one.name: one.document for one in _current()}


def versions(name: str) -> list[Definition]:
    """Return every version of a metric of people's own, oldest first."""
    return list(Definition.objects.filter(name=name))


def plan(*, documents: Sequence[object], prune: bool = False) -> list[Difference]:
    """Return what declaring these documents would do, and with `prune` what would end.

    Nothing is written. Raises DefinitionError.
    """
    wanted = [definitions.normal(document, catalogue()) for document in documents]
    for one in wanted:
        check_labels(one)
    current = current_documents()
    return definitions.differences(current, wanted, prunable=sorted(current) if prune else ())


def check_labels(document: Mapping[str, Any]) -> None:
    """Raise DefinitionError where a label of a metric would be ignored, or cannot be kept."""
    found = definitions.read(document, catalogue())
    given = document["metadata"].get("labels", {})
    labels.check(given, title=found.metric.title, reading=found.reading)


def _current() -> list[Definition]:
    newest: dict[str, Definition] = {}
    for one in Definition.objects.order_by("name", "version"):
        newest[one.name] = one
    return [one for one in newest.values() if not one.retired]


def series_named(name: str) -> Series | None:
    """Return the series that keeps a metric of people's own tallied."""
    watch = Watch.objects.select_related("series__sweep").filter(name=name).first()
    return watch.series if watch else None
