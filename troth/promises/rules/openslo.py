"""OpenSLO v1 read as promises (docs/promises.md, “OpenSLO”)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.core import fields
from troth.promises.rules.terms import DocumentError, Problem

VERSION = "openslo/v1"
SOURCE = "TrustSignals"  # the metricSource type whose spec names our signals
PREFIX = "troth/"
_OPERATORS = {"lte": "<=", "lt": "<", "gte": ">=", "gt": ">"}
_ROLLING = {"M": 30, "Q": 90, "Y": 365}
Document = Mapping[str, Any]


@dataclass(slots=True)
class Read:
    """Promise documents, and what was left out or needs attention, in plain words."""

    promises: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(documents: Sequence[Document]) -> Read:
    """Turn OpenSLO documents into promise documents. Raises DocumentError.

    Indicators are found by reference among the documents. Services, alert policies and data
    sources are no promises: each is remarked upon and left out.
    """
    found = Read()
    indicators = {_name(d): d.get("spec") or {} for d in documents if d.get("kind") == "SLI"}
    for document in documents:
        if document.get("kind") == "SLO":
            found.promises += _shaped(document, indicators, found.remarks)
        elif document.get("kind") != "SLI":
            found.remarks.append(f"{document.get('kind')} {_name(document)} is ignored")
    return found


def _name(document: Document) -> str:
    meta = document.get("metadata")
    return str(meta.get("name", "")) if isinstance(meta, Mapping) else ""


def _shaped(
    document: Document, indicators: Mapping[str, Document], remarks: list[str]
) -> list[dict[str, Any]]:
    try:
        return list(_slo(document, indicators, remarks))
    except (AttributeError, TypeError) as error:
        message = "is not shaped as OpenSLO v1 says: a field holds another kind of value"
        raise DocumentError((Problem(_name(document) or "SLO", message),)) from error


def _slo(
    document: Document, indicators: Mapping[str, Document], remarks: list[str]
) -> Iterator[dict[str, Any]]:
    spec, name = document.get("spec") or {}, _name(document)
    objectives = spec.get("objectives") or []
    if not isinstance(objectives, list) or not objectives:
        raise DocumentError((Problem("spec.objectives", "is missing: name at least one"),))
    for number, objective in enumerate(objectives):
        indicator, known_as = _indicator(spec, objective, indicators)
        reading = _Reading(document, spec, objective, indicator, known_as, remarks)
        yield reading.promise(name if number == 0 else f"{name}-{number + 1}")


def _indicator(
    spec: Document, objective: Document, indicators: Mapping[str, Document]
) -> tuple[Document, str]:
    for holder in (objective, spec):
        inline, reference = holder.get("indicator"), holder.get("indicatorRef")
        if inline:
            return inline.get("spec") or {}, _name(inline)
        if reference:
            if reference not in indicators:
                hint = fields.nearest(str(reference), indicators)
                message = f"there is no SLI “{reference}” among the files{hint}"
                raise DocumentError((Problem("spec.indicatorRef", message),))
            return indicators[reference], str(reference)
    raise DocumentError((Problem("spec.indicator", "is missing: an indicator or indicatorRef"),))


_LABELS = ("pillar", "touchpoint", "step")


@dataclass(frozen=True, slots=True)
class _Reading:
    document: Document
    spec: Document
    objective: Document
    indicator: Document
    known_as: str
    remarks: list[str]

    def promise(self, slug: str) -> dict[str, Any]:
        """Return one objective as a promise document; fields that say nothing are left out."""
        meta = self.document.get("metadata") or {}
        shown = {"name": slug, "displayName": meta.get("displayName"), "labels": self._labels(meta)}
        spec = {
            "text": self._said("text") or self._description(),
            "audience": self._said("audience"),
            "visibility": self._said("visibility"),
            "evaluator": self._evaluator(),
            "target": self._target(),
            **self._windows(),
            "effective_from": self._said("effective-from"),
            **self._counting(slug),
            "needs": self._needs(),
            "exclusions": list(_exclusions(self._said("exclusions") or "")),
            "segments": _listed(self._said("segments")),
            "hours": self._said("hours") == "true" or None,
            "holidays": self._said("holidays"),
            "cost": self._said("cost"),
            "remedy": self._said("remedy"),
            "source_url": self._said("source-url"),
        }
        return {
            "apiVersion": "troth/v1",
            "kind": "Promise",
            "metadata": _without_nothing(shown),
            "spec": _without_nothing(spec),
        }

    def _said(self, name: str) -> str | None:
        annotations = (self.document.get("metadata") or {}).get("annotations") or {}
        value = annotations.get(PREFIX + name)
        return None if value is None else str(value)

    def _labels(self, meta: Document) -> dict[str, str]:
        labels = meta.get("labels") or {}
        return {n: _first(labels[n]) for n in _LABELS if labels.get(n)}

    def _description(self) -> str:
        meta = self.document.get("metadata") or {}
        named = meta.get("displayName") or _name(self.document)
        return str(self.spec.get("description") or named)

    def _evaluator(self) -> str:
        said = self._said("evaluator")
        if said:
            return said
        method = self.spec.get("budgetingMethod", "Occurrences")
        return "event" if method == "Occurrences" else "timeslice"

    def _target(self) -> object:
        said = self._said("target")
        if self._evaluator() == "invariant":
            return None
        if said is not None:
            return said
        if "targetPercent" in self.objective:
            return f"{self.objective['targetPercent']}%"
        return self.objective.get("target")

    def _windows(self) -> dict[str, Any]:
        said, found, zone = self._said("windows"), [], self._said("zone")
        windows = self.spec.get("timeWindow") or []
        for window in windows if isinstance(windows, list) else [windows]:
            found.append(self._window(window))
            zone = zone or (window.get("calendar") or {}).get("timeZone")
        return {"windows": _listed(said) or found, "zone": zone}

    def _window(self, window: Document) -> str:
        duration = str(window.get("duration", ""))
        long = re.fullmatch(r"(\d+)([MQY])", duration)
        if not window.get("isRolling") or not long:
            return duration
        days = int(long[1]) * _ROLLING[long[2]]
        self.remarks.append(f"a rolling window of {duration} is read as {days} days")
        return f"{days}d"

    def _needs(self) -> dict[str, Any]:
        cases = self._said("min-cases")
        return _without_nothing(
            {
                "cases": int(cases) if cases and cases.isdigit() else cases,
                "coverage": self._said("coverage"),
                "heartbeat": self._said("heartbeat"),
                "watermark": self._said("watermark"),
                "no_data": self._said("no-data"),
            }
        )

    def _counting(self, slug: str) -> dict[str, Any]:
        counted = self._ours() or self._theirs(slug)
        if self._evaluator() == "timeslice":
            share = self.objective.get("timeSliceTarget", 1)
            counted["slice"] = self.objective.get("timeSliceWindow", "1m")
            counted["slice_good"] = self._said("slice-good") or f"share >= {share}"
            counted.pop("at", None)
        return counted

    def _ours(self) -> dict[str, Any]:
        """Read an indicator whose source is our signals; empty where it is another's."""
        good, total = self._source("good"), self._source("total")
        if (total or good).get("type") != SOURCE:
            return {}
        kept, cases = good.get("spec") or {}, total.get("spec") or good.get("spec") or {}
        signals = {"kind": cases.get("kind"), "where": cases.get("where")}
        found = {"signals": _without_nothing(signals), "good": kept.get("keptWhen")}
        judged, due = cases.get("judgedAt"), self._said("due")
        if self._evaluator() in ("deadline", "invariant") and (due or judged):
            found["due"] = due or judged
            found["good"] = (
                None if kept.get("keptWhen") == f"resolved_at <= {judged}" else kept.get("keptWhen")
            )
            return _without_nothing(found)
        if self._evaluator() == "attestation":
            return {"signals": found["signals"]}
        return _without_nothing({**found, "at": judged})

    def _source(self, part: str) -> Document:
        ratio = self.indicator.get("ratioMetric") or {}
        source = (ratio.get(part) or {}).get("metricSource") or {}
        return source if isinstance(source, Mapping) else {}

    def _theirs(self, slug: str) -> dict[str, Any]:
        """Stand in for another system's query: its results must come in as signals."""
        kind = self.known_as or slug
        threshold = self.indicator.get("thresholdMetric")
        if threshold:
            good = f"value {_OPERATORS.get(str(self.objective.get('op')), '<=')} " + str(
                self.objective.get("value", 0)
            )
            send = "each with its value"
        else:
            good, send = "outcome = 'good'", "each with the outcome good or bad"
        self.remarks.append(
            f"SLO {_name(self.document)}: the query of {self._foreign()} is not run here;"
            f" send its results as signals of kind “{kind}”, {send}"
        )
        return {"signals": {"kind": kind}, "good": good}

    def _foreign(self) -> str:
        threshold = (self.indicator.get("thresholdMetric") or {}).get("metricSource") or {}
        ratio = self.indicator.get("ratioMetric") or {}
        raw = (ratio.get("raw") or {}).get("metricSource") or {}
        for source in (threshold, self._source("total"), self._source("good"), raw):
            if source.get("type") or source.get("metricSourceRef"):
                return str(source.get("type") or source["metricSourceRef"])
        return "its source"


def _exclusions(text: str) -> Iterator[object]:
    """Read `a, b(max 1% of cases)`."""
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        capped = re.fullmatch(r"([^()]+)\(max\s+([^)]*?)(?:\s+of cases)?\)", part)
        yield {"category": capped[1].strip(), "cap": capped[2]} if capped else part


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _first(value: object) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value)


def _without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
