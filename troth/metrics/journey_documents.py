"""Journeys as documents (kind: Journey): the steps of customers, and which touchpoints they have.

A touchpoint that a journey names and that nothing measures is a blind spot. Pure.
"""

from typing import Any

import msgspec

from troth.metrics.definitions import DefinitionError, Document, shaped

KIND = "Journey"
_LONGEST = 100  # characters of a step or touchpoint
_MOST = 1000  # touchpoints of a journey


class _Step(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    touchpoints: list[str]


class _Spec(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    steps: list[_Step]


def normal(document: object) -> dict[str, Any]:
    """Return the document as it is kept and exported. Raises DefinitionError."""
    found = shaped(document, Document[_Spec], begins=("a journey", KIND))
    if found.metadata.labels:
        name = min(found.metadata.labels)
        raise DefinitionError(f"metadata.labels.{name}", "a journey has no labels")
    _check(found.spec.steps)
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told


def places(document: dict[str, Any]) -> dict[str, str]:
    """Return touchpoint → step of a document in normal form."""
    return {
        touchpoint: step["name"]
        for step in document["spec"]["steps"]
        for touchpoint in step["touchpoints"]
    }


def _check(steps: list[_Step]) -> None:
    seen: set[str] = set()
    if not 1 <= sum(len(step.touchpoints) for step in steps) <= _MOST:
        raise DefinitionError("spec.steps", f"name between 1 and {_MOST} touchpoints")
    for index, step in enumerate(steps):
        _check_text(f"spec.steps[{index}].name", step.name)
        for place, name in enumerate(step.touchpoints):
            field = f"spec.steps[{index}].touchpoints[{place}]"
            _check_text(field, name)
            if name in seen:
                raise DefinitionError(field, f"“{name}” is there twice: it stands at one step")
            seen.add(name)


def _check_text(field: str, text: str) -> None:
    if not text.strip() or text != text.strip():
        raise DefinitionError(field, f"“{text}” is no name: no spaces around it, and not empty")
    if len(text) > _LONGEST:
        raise DefinitionError(field, f"is longer than {_LONGEST} characters: {len(text)}")
