"""From a promise document (apiVersion troth/v1, kind Promise) to its terms."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from troth.core import fields, windows
from troth.core.fields import Fields
from troth.core.windows import Window
from troth.metrics.drift.enrolment import HIGHEST_COST
from troth.promises.rules import hours
from troth.promises.rules.counting import read_counting
from troth.promises.rules.terms import (
    EVALUATORS,
    NO_DATA,
    VISIBILITIES,
    Category,
    Counting,
    DocumentError,
    Needs,
    Problem,
    Terms,
)

_LONGEST_STEP = 100
_LIMITS = {"above", "below", "rise", "fall"}
Known = Callable[[str], Counting | None]
_SPEC = (
    "text", "audience", "visibility", "evaluator", "target", "windows", "zone", "effective_from",
    "signals", "good", "at", "due", "clock", "verdict", "slice", "slice_good", "needs",
    "exclusions", "segments", "remedy", "source_url", "position", "topic", "translations",
    "hours", "holidays", "cost",
)  # fmt: skip


def no_metrics(_name: str) -> None:
    """Know no metric: for documents that name none."""


def read(document: object, *, metrics: Known = no_metrics) -> Terms:
    """Return the terms of a document. Raises DocumentError with every problem found.

    `metrics` returns how the metric of a name counts, or None where there is no such metric.
    """
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    top.only("apiVersion", "kind", "metadata", "spec")
    top.choice("apiVersion", ("troth/v1",), "troth/v1")
    top.choice("kind", ("Promise",), "Promise")
    terms = _terms(top, metrics)
    if problems:
        raise DocumentError(tuple(problems))
    return terms


def _terms(top: Fields, metrics: Known) -> Terms:
    meta, spec = top.inside("metadata"), top.inside("spec")
    meta.only("name", "displayName", "labels")
    spec.only(*_SPEC)
    _check_translations(spec)
    labels = _labels(meta)
    meta.needed("name", "the promise's name in addresses, for example on-time-delivery")
    slug = meta.read("name", "", fields.as_slug)
    found = _windows(spec)
    evaluator = _evaluator(spec)
    zone = _zone(spec)
    counting = _fitting(spec, read_counting(spec, evaluator, slug, metrics), found, zone)
    needs = _needs(spec.inside("needs"))
    return Terms(
        slug=slug,
        name=meta.text("displayName", slug.replace("-", " ").capitalize()),
        text=spec.needed("text", "the promise as your customers read it"),
        counting=counting,
        target=_target(spec, evaluator),
        windows=found,
        zone=zone,
        effective_from=_effective_from(spec, zone),
        needs=needs,
        categories=_categories(spec),
        segments=_segments(spec),
        pillar=labels.text("pillar"),
        touchpoint=labels.text("touchpoint"),
        step=labels.read("step", "", _step),
        visibility=_visibility(spec),
        audience=spec.text("audience"),
        source_url=spec.text("source_url"),
        remedy=spec.text("remedy"),
        position=spec.read("position", 0, fields.as_whole),
        hours=_hours(spec, counting, needs, zone),
        holidays=_of_calendar(spec, counting),
        cost=_cost_of(spec, evaluator),
    )


def _effective_from(spec: Fields, zone: str) -> datetime | None:
    def parse(value: object) -> datetime:
        return fields.as_instant(value, ZoneInfo(zone)).astimezone(UTC)

    return spec.read("effective_from", None, parse)


def _labels(meta: Fields) -> Fields:
    """Return the labels: where the promise stands."""
    labels = meta.inside("labels")
    for name in sorted(_LIMITS & {str(each) for each in labels.values}):
        labels.note(name, "a promise has its target: a limit of a day is a label of a metric")
    labels.only("pillar", "touchpoint", "step", *_LIMITS)
    return labels


def _step(value: object) -> str:
    text = fields.as_text(value)
    if len(text) > _LONGEST_STEP:
        raise ValueError(f"is longer than {_LONGEST_STEP} characters: write for example 1 buy")
    return text


def _cost_of(spec: Fields, evaluator: str) -> float:
    if evaluator == "attestation" and "cost" in spec.values:
        spec.note("cost", "an attestation counts no cases, so none of them costs anything")
    return spec.read("cost", 1.0, _cost)


def _cost(value: object) -> float:
    hint = f"write a number from 0 to {HIGHEST_COST:,}: 5 counts a broken case as five of others"
    try:
        found = float(str(value))
    except ValueError:
        raise ValueError(f"is no number; {hint}") from None
    if not 0 <= found <= HIGHEST_COST:
        raise ValueError(hint)
    return found


def _visibility(spec: Fields) -> str:
    found = spec.choice("visibility", VISIBILITIES, "public")
    if found == "audience" and not spec.text("audience"):
        spec.note("audience", "is missing: the audience on whose private pages this is shown")
    return found


def _check_translations(spec: Fields) -> None:
    """Note what is no text of the promise in another language; the page reads them as declared."""
    spec.text("topic")
    translations = spec.inside("translations")
    for language in translations.values:
        said = translations.inside(str(language))
        said.only("name", "text", "topic", "remedy")
        for name in said.values:
            said.text(str(name))


def _fitting(spec: Fields, counting: Counting, found: tuple[Window, ...], zone: str) -> Counting:
    """Note windows whose buckets are shorter than the slices, or cut them unlike days."""
    for window in found:
        grain = windows.grain_for(window)
        if counting.slice and (
            grain % counting.slice or (grain < windows.DAY and _is_off(zone, counting.slice))
        ):
            length = windows.written(counting.slice)
            spec.note("windows", f"{window} has buckets that hold no whole slices of {length}")
    return counting


def _is_off(zone: str, length: int) -> bool:
    """Whether local midnight lies inside a slice that is counted from whole hours of UTC."""
    moments = (datetime(2026, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    return any(int(moment.timestamp()) % length for moment in moments)


def _evaluator(spec: Fields) -> str:
    spec.needed("evaluator", f"one of {', '.join(EVALUATORS)}")
    return spec.choice("evaluator", EVALUATORS, "event")


def _target(spec: Fields, evaluator: str) -> Fraction:
    if spec.has("target"):
        target = spec.read("target", Fraction(1), fields.as_share)
        if evaluator == "invariant" and target != 1:
            spec.note("target", "an invariant tolerates no failure: leave the target out")
        return target
    if evaluator not in ("invariant", "attestation"):
        spec.note("target", "is missing: the share that you promise, for example 97%")
    return Fraction(1)


def _windows(spec: Fields) -> tuple[Window, ...]:
    found: list[Window] = []
    for path, item in spec.items("windows"):
        try:
            found.append(_window(item))
        except ValueError as error:
            spec.note(path, str(error))
    if not spec.has("windows") or spec.values["windows"] == []:
        spec.note("windows", "is missing: over which time, for example [28d, 1M]")
    if len(set(found)) < len(found):
        spec.note("windows", "names the same window twice")
    return tuple(found) or (windows.Rolling(28 * windows.DAY),)


def _window(item: object) -> Window:
    if not isinstance(item, Mapping):
        return windows.parse_window(fields.as_text(item))
    rolling, calendar = item.get("rolling"), item.get("calendar")
    unknown = set(item) - {"rolling", "calendar", "tz"}
    if unknown or (rolling is None) == (calendar is None):
        raise ValueError("write {rolling: 28d} or {calendar: 1M, tz: Europe/Berlin}")
    window = windows.parse_window(fields.as_text(calendar if rolling is None else rolling))
    if isinstance(window, windows.Calendar) != (rolling is None):
        raise ValueError("a calendar window is 1D, 1W, 1M, 1Q or 1Y, a rolling one like 28d")
    return window


def _zone(spec: Fields) -> str:
    """Return the promise's zone: its own, or the one that its calendar windows name."""
    named = [item.get("tz") for _, item in spec.items("windows") if isinstance(item, Mapping)]
    zones = {str(name) for name in named if name is not None}
    if spec.has("zone"):
        zones.add(str(spec.values["zone"]))
    if len(zones) > 1:
        spec.note("zone", f"differs between the windows: {', '.join(sorted(zones))}")
    try:
        return fields.as_zone(min(zones, default="UTC"))
    except ValueError as error:
        spec.note("zone", str(error))
        return "UTC"


def _needs(needs: Fields) -> Needs:
    needs.only("cases", "coverage", "heartbeat", "watermark", "no_data")
    return Needs(
        cases=needs.read("cases", 30, fields.as_whole),
        coverage=needs.read("coverage", Fraction(9, 10), fields.as_share),
        heartbeat=needs.read("heartbeat", None, fields.as_seconds),
        watermark=needs.read("watermark", None, _watermark),
        no_data=needs.choice("no_data", NO_DATA, "unknown"),
    )


def _watermark(value: object) -> int:
    return 0 if value in (0, "0", "0h") else fields.as_seconds(value)


def _categories(spec: Fields) -> tuple[Category, ...]:
    found: dict[str, Category] = {}
    for path, item in spec.items("exclusions"):
        category = _category(spec, path, item)
        if category.name in found:
            spec.note(path, f"“{category.name}” is there twice")
        found[category.name] = category
    return tuple(found.values())


def _category(spec: Fields, path: str, item: object) -> Category:
    holder: object = item if isinstance(item, Mapping) else {"category": item}
    inner = Fields(holder, f"{spec.path}.{path}", spec.problems)
    inner.only("category", "cap")
    inner.needed("category", "for example force-majeure")
    return Category(
        inner.read("category", "", fields.as_slug),
        inner.read("cap", None, fields.as_share),
    )


def _hours(spec: Fields, counting: Counting, needs: Needs, zone: str) -> bool:
    """Return whether today is judged by the hour; note where that makes no sense."""
    wanted = spec.read("hours", False, fields.as_truth)
    if wanted and (why := hours.why_not(counting, needs, zone)):
        spec.note("hours", why)
    return wanted


def _of_calendar(spec: Fields, counting: Counting) -> str:
    """Return the calendar whose holidays are days of their own; note where none has a meaning."""
    named = spec.read("holidays", "", fields.as_slug)
    if named and (why := hours.why_no_holidays(counting)):
        spec.note("holidays", why)
    return named


def _segments(spec: Fields) -> tuple[str, ...]:
    found = []
    for path, item in spec.items("segments"):
        try:
            found.append(fields.as_text(item))
        except ValueError as error:
            spec.note(path, str(error))
    return tuple(found)
