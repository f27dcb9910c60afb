"""Recipes as documents (kind: Outcome): a company's own names for what they read. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from troth.core.windows import parse_duration
from troth.metrics import labels
from troth.metrics.dailies import can_be_daily
from troth.metrics.definitions import DefinitionError, Document, shaped
from troth.metrics.recipes import Input, Option, Recipe
from troth.metrics.rules import MeasureError

KIND = "Outcome"
MOST_MONTHS = 240  # of a history


class _Input(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    over: str | list[str] | None = None
    at: str | None = None
    where: str | None = None
    fields: dict[str, str] = {}
    excludes: dict[str, str] = {}


class _Spec(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    like: str
    title: str | None = None
    doc: str | None = None
    inputs: dict[str, _Input] = {}
    options: dict[str, str | int | float | bool] = {}
    minimum: int | None = None
    history: int | None = None


def read(document: object, catalogue: Mapping[str, Recipe]) -> tuple[str, Recipe]:
    """Return the name and the recipe that a document defines. Raises DefinitionError."""
    found = _shaped(document)
    spec = found.spec
    if spec.like not in catalogue:
        known = ", ".join(sorted(catalogue))
        raise DefinitionError("spec.like", f"there is no recipe “{spec.like}”; there are {known}")
    base = catalogue[spec.like]
    if spec.minimum is not None and spec.minimum < 1:
        raise DefinitionError("spec.minimum", "is a whole number from 1 on")
    if spec.history is not None and not 0 <= spec.history <= MOST_MONTHS:
        raise DefinitionError("spec.history", f"is a number of months from 0 to {MOST_MONTHS}")
    given = {"title": spec.title, "doc": spec.doc, "minimum": spec.minimum, "history": spec.history}
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    recipe = replace(base, inputs=_inputs(spec, base), options=_options(spec, base), **said)
    return found.metadata.name, recipe


def normal(document: object, catalogue: Mapping[str, Recipe]) -> dict[str, Any]:
    """Return the document as it is kept and exported. Raises DefinitionError."""
    name, recipe = read(document, catalogue)
    found = _shaped(document)
    labels.check(found.metadata.labels, title=recipe.title, reading="share")
    if found.metadata.labels and not can_be_daily(recipe):
        daily = ", ".join(sorted(name for name, one in catalogue.items() if can_be_daily(one)))
        message = f"{name} is no share of each day's own cases; those that can be watched: {daily}"
        raise DefinitionError("metadata.labels.touchpoint", message)
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told


def _shaped(document: object) -> Document[_Spec]:
    return shaped(document, Document[_Spec], begins=("an outcome", KIND))


def _inputs(spec: _Spec, base: Recipe) -> dict[str, Input]:
    found = dict(base.inputs)
    for name, said in spec.inputs.items():
        if name not in found:
            known = ", ".join(found)
            raise DefinitionError(f"spec.inputs.{name}", f"{spec.like} reads {known}")
        found[name] = _input(name, said, found[name])
    return found


def _input(name: str, said: _Input, base: Input) -> Input:
    strange = sorted(said.fields.keys() - base.fields.keys())
    if strange:
        raise DefinitionError(
            f"spec.inputs.{name}.fields",
            f"“{strange[0]}” is not read; {', '.join(base.fields)} are",
        )
    theirs = {reason: one for reason, one in base.excludes.items() if reason not in said.excludes}
    found = replace(
        base,
        over=base.over if said.over is None else said.over if isinstance(said.over, str)
        else tuple(said.over),
        at=said.at or base.at, where=base.where if said.where is None else said.where or None,
        fields={**base.fields, **said.fields},
        excludes=said.excludes | theirs,
    )  # fmt: skip
    try:
        found.check()
    except MeasureError as error:
        raise DefinitionError(f"spec.inputs.{name}.{error.field}", error.message) from None
    return found


def _options(spec: _Spec, base: Recipe) -> dict[str, Option]:
    found = dict(base.options)
    for name, said in spec.options.items():
        if name not in found:
            known = ", ".join(found) or "none"
            raise DefinitionError(f"spec.options.{name}", f"the options of {spec.like}: {known}")
        found[name] = _option(name, said, found[name])
    return found


def _option(name: str, said: str | float | bool, usual: Option) -> Option:  # noqa: FBT001 - any
    try:
        if isinstance(usual, timedelta):
            return timedelta(seconds=parse_duration(str(said)))
        if isinstance(usual, bool):
            return _boolean(said)
        return type(usual)(said)
    except (TypeError, ValueError) as error:
        raise DefinitionError(f"spec.options.{name}", str(error)) from None


def _boolean(said: object) -> bool:
    if not isinstance(said, bool):
        raise TypeError("write true or false")
    return said
