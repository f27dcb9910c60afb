"""Outcomes by their names: the catalogue's, people's own, and those of one kind of signals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from troth.core.fields import nearest
from troth.core.windows import Span
from troth.metrics import measuring
from troth.metrics.lookback import read_over
from troth.metrics.queries import defined, recipes
from troth.metrics.recipes import Recipe
from troth.metrics.rules import Metric
from troth.signals import queries as signals

KIND_BY_KIND = ("on_time", "failures")  # ask about any kind, and are told of each
APART = ":"  # between the name of a metric and the kind that is asked about
UTC = ZoneInfo("UTC")
_USUAL = timedelta(days=90)
_MOST_KINDS, _LONGEST = 30, 80


class OutcomeError(ValueError):
    """What was asked cannot be answered, in plain words."""


@dataclass(frozen=True, slots=True)
class Named:
    """A definition of an outcome: a metric, or a recipe, under its name and version."""

    name: str
    definition: Metric | Recipe
    version: str
    source: str  # catalogue or own
    zone: ZoneInfo | None = None  # whose days, where the definition says
    kind: str = ""  # of a metric that asks about any kind: the one that is asked about

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of signals that it reads; none: all."""
        if isinstance(self.definition, Recipe):
            return tuple(dict.fromkeys(self.definition.kinds()))
        return self.definition.measure().kinds

    @property
    def main_kinds(self) -> tuple[str, ...]:
        """Return the kinds without which there is nothing to tell: those of the first input."""
        if isinstance(self.definition, Recipe):
            return next(iter(self.definition.inputs.values())).kinds
        return self.kinds

    @property
    def unit(self) -> str:
        if isinstance(self.definition, Recipe):
            return self.definition.unit
        return measuring.unit(self.definition)


def usual_span(name: str, end: datetime, zone: ZoneInfo = UTC) -> Span:
    """Return what is read where only an end is given: 90 days, or the outcome's history.

    Raises OutcomeError.
    """
    one = named(name)
    return read_over(one.definition, Span(end - _USUAL, end), one.zone or zone)


def named(name: str) -> Named:
    """Return the definition of that name, people's own before the catalogue's.

    A metric that asks about any kind can be asked about one: “on_time:order”. Raises OutcomeError.
    """
    found = among(name, {one.name: one for one in definitions()})
    if found.kind and found.kind not in signals.kinds():
        raise OutcomeError(f"there are no signals of kind “{found.kind}”")
    return found


def among(name: str, known: Mapping[str, Named]) -> Named:
    """Return the definition of that name among those that are known, also of any kind.

    Nothing is asked of a store. Raises OutcomeError.
    """
    if name in known:
        return known[name]
    base, _, kind = name.partition(APART)
    if kind and base in known and asks_any_kind(known[base]):
        return of_kind(known[base], kind)
    raise OutcomeError(f"there is no outcome “{name}”{nearest(name, list(known))}")


def asks_any_kind(one: Named) -> bool:
    """Return whether it is a metric of the catalogue that asks about no kind of signals."""
    is_ours = one.source == "catalogue" and isinstance(one.definition, Metric)
    return is_ours and not one.kinds


def of_kind(one: Named, kind: str) -> Named:
    """Return the same metric of one kind, by a name of its own: “on_time:order”."""
    assert isinstance(one.definition, Metric)  # noqa: S101 - see asks_any_kind
    metric = replace(one.definition, over=kind, title=f"{one.definition.title}: {kind}")
    version = measuring.version(metric, None)
    return replace(one, name=f"{one.name}{APART}{kind}", definition=metric, version=version,
                   kind=kind)  # fmt: skip


def definitions() -> list[Named]:
    """Return every outcome, in order of name; of two with one name, the one that somebody wrote."""
    found: dict[str, Named] = {}
    for metric in defined.metrics():
        source = "catalogue" if metric.version is None else "own"
        version = measuring.version(metric.metric, metric.version)
        zone = own_zone(metric.document)
        found[metric.name] = Named(metric.name, metric.metric, version, source, zone)
    for recipe in recipes.recipes():
        found[recipe.name] = Named(recipe.name, recipe.recipe, recipe.told_version, recipe.source)
    return [found[name] for name in sorted(found)]


def own_zone(document: Mapping[str, Any] | None) -> ZoneInfo | None:
    """Return the zone that a metric's document names."""
    named_zone = (document or {}).get("spec", {}).get("zone")
    return ZoneInfo(named_zone) if named_zone else None


def with_data() -> list[Named]:
    """Return the outcomes of which there are signals, in order of name.

    What asks about any kind would add up what is not alike: on time and failures are there once
    for each kind, thirty kinds at most.
    """
    known = signals.kinds()
    if not known:
        return []
    every = definitions()
    found = [one for one in every if set(known).intersection(one.main_kinds)]
    apart = [one for one in every if one.name in KIND_BY_KIND and asks_any_kind(one)]
    short = [kind for kind in known if len(kind) <= _LONGEST][:_MOST_KINDS]
    found += [of_kind(one, kind) for one in apart for kind in short]
    return sorted(found, key=lambda one: one.name)
