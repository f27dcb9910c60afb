"""Metrics as documents: what people write in YAML, read strictly and written back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from troth.core.windows import DAY, HOUR, parse_duration, written
from troth.metrics.drift.enrolment import HIGHEST_COST
from troth.metrics.ranges import hour_grain
from troth.metrics.rules import Measure, MeasureError, Metric

API = "troth/v1"
KIND = "Metric"
FINEST = 60
_LONGEST_SILENCE = 366 * DAY
Spec = TypeVar("Spec")


class DefinitionError(ValueError):
    """What is wrong with a document in plain words, and in which of its fields."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class _Metadata(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    labels: dict[str, str] = {}


class _Spec(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    title: str | None = None
    doc: str | None = None
    like: str | None = None
    over: str | list[str] | None = None
    at: str | None = None
    where: str | None = None
    good: str | None = None
    value: str | None = None
    unit: str | None = None
    by: list[str] | None = None
    percentiles: bool | None = None
    better: str | None = None
    excludes: dict[str, str] | None = None
    minimum: int | None = None
    zone: str = "UTC"
    grain: str = "1d"
    hours: bool = False
    surprises: bool = False
    holidays: str = ""
    heartbeat: str | None = None
    cost: float = 1.0


class Document(
    msgspec.Struct, Generic[Spec], forbid_unknown_fields=True, rename={"api": "apiVersion"}
):
    """What all documents of ours have around what they say."""

    api: str
    kind: str
    metadata: _Metadata
    spec: Spec


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric of somebody's own: its name, what it asks, and how its time is cut."""

    name: str
    metric: Metric
    measure: Measure
    zone: str
    grain: int
    hours: bool = False  # today so far is judged, too
    holidays: str = ""  # the calendar whose holidays are days of their own
    heartbeat: int | None = None  # seconds of silence that are no data
    surprises: bool = False  # each bucket is judged against its own past
    cost: float = 1.0  # of one case that goes wrong, against those of other touchpoints

    def by_the_hour(self, now: datetime) -> tuple[Measure, int]:
        """Return what is counted for the hours of its zone, and in which grain."""
        alone = replace(self.measure, by=(), sketch=False)
        return alone, hour_grain(check_zone(self.zone), now)

    @property
    def reading(self) -> str:
        """Return what a day of it is read as: a share, a mean or a count."""
        return "share" if self.metric.good else "mean" if self.metric.value else "count"

    def everything(self) -> Measure | None:
        """Return what tells whether a 0 of it is a count: all of its kinds. None: that is itself.

        A count with a heartbeat is asked for its own signals.
        """
        if self.reading != "count" or self.heartbeat or not self.measure.where:
            return None
        return Measure(kinds=self.measure.kinds, time=self.measure.time)


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying a document would do: verb is "create", "change", "retire" or "same"."""

    name: str
    verb: str
    fields: tuple[str, ...] = ()


def read(document: object, catalogue: Mapping[str, Metric]) -> Definition:
    """Return what a document defines. Raises DefinitionError."""
    found = _shaped(document)
    spec = found.spec
    zone, grain = frame(spec.zone, spec.grain)
    if spec.surprises and grain > HOUR:
        message = "surprises are looked for within the day: give it a grain of 1h or less"
        raise DefinitionError("spec.surprises", message)
    metric = _metric(spec, found.metadata.name, catalogue)
    _check_watched(found)
    beat = _heartbeat(spec.heartbeat)
    try:
        return Definition(
            found.metadata.name, metric, metric.measure(), zone, grain, spec.hours, spec.holidays,
            beat, spec.surprises, _cost(spec.cost),
        )  # fmt: skip
    except MeasureError as error:
        named = {"time": "at", "kinds": "over", "sketch": "percentiles"}
        field = named.get(error.field, error.field)
        raise DefinitionError(f"spec.{field}", error.message) from None


def _shaped(document: object) -> Document[_Spec]:
    return shaped(document, Document[_Spec], begins=("a metric", KIND))


def shaped(
    document: object, shape: type[Document[Spec]], *, begins: tuple[str, str]
) -> Document[Spec]:
    """Return a document in its shape; `begins` is what it is, and its kind."""
    what, kind = begins
    try:
        found = msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise DefinitionError(path.strip("`.") or "document", message) from None
    if (found.api, found.kind) != (API, kind):
        raise DefinitionError("kind", f"{what} begins with apiVersion: {API}, kind: {kind}")
    name = found.metadata.name
    if not (name.replace("-", "a").replace("_", "a").isalnum() and name.isascii()):
        raise DefinitionError("metadata.name", "letters, digits, - and _ only")
    return found


def _check_watched(found: Document[_Spec]) -> None:
    """Refuse what only touchpoints have. Raises DefinitionError."""
    if found.metadata.labels.get("touchpoint"):
        return
    spec = found.spec
    said = {
        "hours": (spec.hours, "is judged by the hour"),
        "surprises": (spec.surprises, "can surprise"),
        "holidays": (bool(spec.holidays), "has holidays"),
        "heartbeat": (spec.heartbeat is not None, "is told when it is silent"),
        "cost": (spec.cost != 1, "is weighed"),
    }
    for name, (is_said, what) in said.items():
        if is_said:
            message = f"only what is watched {what}: give it a label touchpoint"
            raise DefinitionError(f"spec.{name}", message)


def _cost(given: float) -> float:
    if not 0 <= given <= HIGHEST_COST:
        message = f"write a number from 0 to {HIGHEST_COST:,}: 5 counts a case as five of others"
        raise DefinitionError("spec.cost", message)
    return given


def _heartbeat(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise DefinitionError("spec.heartbeat", str(error)) from None
    if seconds > _LONGEST_SILENCE:
        raise DefinitionError("spec.heartbeat", "a silence of more than a year is never told")
    return seconds


def _metric(spec: _Spec, name: str, catalogue: Mapping[str, Metric]) -> Metric:
    if spec.like is not None and spec.like not in catalogue:
        known = ", ".join(sorted(catalogue))
        raise DefinitionError("spec.like", f"there is no “{spec.like}”; there are {known}")
    if spec.better not in {None, "more", "less"}:
        raise DefinitionError("spec.better", "write more or less")
    if spec.minimum is not None and spec.minimum < 1:
        raise DefinitionError("spec.minimum", "is a whole number from 1 on")
    base = catalogue[spec.like] if spec.like else Metric(title=name)
    said = _said(spec)
    if spec.excludes is not None:
        theirs = {name: one for name, one in base.excludes if name not in spec.excludes}
        said["excludes"] = (*spec.excludes.items(), *theirs.items())
    return replace(base, **said)


def _said(spec: _Spec) -> dict[str, Any]:
    """Return the fields of a metric that a document gives."""
    fields = (
        "title", "doc", "at", "where", "good", "value", "unit", "percentiles", "better", "minimum",
    )  # fmt: skip
    given = {field: getattr(spec, field) for field in fields}
    said: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if spec.over is not None:
        said["over"] = (spec.over,) if isinstance(spec.over, str) else tuple(spec.over)
    if spec.by is not None:
        said["by"] = tuple(spec.by)
    return said


def frame(zone: str, grain: str) -> tuple[str, int]:
    """Return a zone and the seconds of a grain, checked. Raises DefinitionError."""
    check_zone(zone)
    try:
        seconds = parse_duration(grain)
    except ValueError as error:
        raise DefinitionError("spec.grain", str(error)) from None
    check_grain(seconds)
    return zone, seconds


@lru_cache(maxsize=64)
def check_zone(zone: str) -> ZoneInfo:
    if zone not in available_timezones():
        raise DefinitionError("spec.zone", f"“{zone}” is no time zone; write for example UTC")
    return ZoneInfo(zone)


def check_grain(seconds: int) -> None:
    if not FINEST <= seconds <= DAY or DAY % seconds:
        raise DefinitionError("spec.grain", "a bucket is whole minutes that divide a day: 1d, 1h …")


def normal(document: object, catalogue: Mapping[str, Metric]) -> dict[str, Any]:
    """Return the document as it is kept and exported: nothing that is as by default."""
    read(document, catalogue)
    found: dict[str, Any] = msgspec.to_builtins(_shaped(document))
    spec = found["spec"]
    if isinstance(spec.get("over"), list) and len(spec["over"]) == 1:
        spec["over"] = spec["over"][0]
    if "grain" in spec:
        spec["grain"] = written(parse_duration(spec["grain"]))
    if spec.get("heartbeat") is not None:
        spec["heartbeat"] = written(parse_duration(spec["heartbeat"]))
    return found


def differences(
    current: Mapping[str, Mapping[str, Any]],
    wanted: Sequence[Mapping[str, Any]],
    *,
    prunable: Sequence[str] = (),
) -> list[Difference]:
    """Compare documents in normal form. `prunable` names those that end when not wanted."""
    found = [_difference(current.get(one["metadata"]["name"]), one) for one in wanted]
    names = {difference.name for difference in found}
    gone = [Difference(name, "retire") for name in sorted(prunable) if name not in names]
    return found + gone


def _difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Difference:
    name = after["metadata"]["name"]
    if before is None:
        return Difference(name, "create")
    old, new = before["spec"], after["spec"]
    changed = [
        field for field in sorted(old.keys() | new.keys()) if old.get(field) != new.get(field)
    ]
    if before["metadata"] != after["metadata"]:
        changed.append("labels")
    return Difference(name, "change" if changed else "same", tuple(changed))
