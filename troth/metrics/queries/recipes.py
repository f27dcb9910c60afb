"""Recipes: the catalogue's, and those that people wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from troth.core import registry
from troth.metrics import catalogue as folder
from troth.metrics import recipe_documents
from troth.metrics.definitions import Difference, differences
from troth.metrics.models_outcomes import OutcomeDefinition
from troth.metrics.recipes import Recipe
from troth.metrics.rules import Entry


@dataclass(frozen=True, slots=True)
class NamedRecipe:
    """A recipe as people see it. `version` is None for one of the catalogue's."""

    name: str
    recipe: Recipe
    version: int | None

    @property
    def source(self) -> str:
        return "catalogue" if self.version is None else "own"

    @property
    def told_version(self) -> str:
        digest = self.recipe.version
        return digest if self.version is None else f"v{self.version}-{digest}"


@cache
def recipe_catalogue() -> Mapping[str, Recipe]:
    """Return name → recipe of the catalogue and of entry points that add to it."""
    found = registry.load(folder, Entry)
    return {name: one for name, one in found.items() if isinstance(one, Recipe)}


def recipes() -> list[NamedRecipe]:
    """Return every recipe: the catalogue's, then people's own."""
    known = recipe_catalogue()
    found = [NamedRecipe(name, known[name], None) for name in sorted(known)]
    for one in _current():
        _, recipe = recipe_documents.read(one.document, known)
        found.append(NamedRecipe(one.name, recipe, one.version))
    return found


def outcome_documents() -> dict[str, dict[str, Any]]:
    """Return name → people's own outcomes as the documents that `declare_outcome` takes."""
    return {one.name: one.document for one in _current()}


def outcome_plan(*, documents: Sequence[object], prune: bool = False) -> list[Difference]:
    """Return what declaring these documents would do, and with `prune` what would end.

    Nothing is written. Raises DefinitionError.
    """
    wanted = [recipe_documents.normal(document, recipe_catalogue()) for document in documents]
    current = outcome_documents()
    return differences(current, wanted, prunable=sorted(current) if prune else ())


def _current() -> list[OutcomeDefinition]:
    newest: dict[str, OutcomeDefinition] = {}
    for one in OutcomeDefinition.objects.order_by("name", "version"):
        newest[one.name] = one
    return [one for one in newest.values() if not one.retired]
