"""The labels of a metric: where it stands on the journey, and which limits people set. Pure."""

from collections.abc import Mapping
from math import isfinite, nan

from troth.core.fields import nearest
from troth.metrics.definitions import DefinitionError
from troth.metrics.drift.enrolment import Threshold

_LONGEST, _LONGEST_TITLE = 100, 200  # characters that are kept
# Label → (which side of the limit is bad, whether the limit is against what is usual).
_LIMITS = {
    "above": ("above", False), "below": ("below", False),
    "rise": ("above", True), "fall": ("below", True),
}  # fmt: skip


def check(labels: Mapping[str, str], *, title: str, reading: str) -> None:
    """Raise DefinitionError where a label would be ignored, or cannot be read or kept.

    `reading` is share, mean or count: what a limit is a limit of.
    """
    limits_of(labels, reading=reading)
    if "heartbeat" in labels:
        message = "a heartbeat is no label: write it in the spec, for example heartbeat: 10m"
        raise _wrong("heartbeat", message)
    for name, text in labels.items():
        _check_one(name, text)
    if labels and not labels.get("touchpoint"):
        raise _wrong(min(labels), "says nothing without a label touchpoint: where it stands")
    if labels and len(title) > _LONGEST_TITLE:
        raise DefinitionError("spec.title", f"is longer than {_LONGEST_TITLE} characters")


def _check_one(name: str, text: str) -> None:
    known = ("touchpoint", "step", *_LIMITS)
    if name not in known:
        raise _wrong(name, f"there is no such label{nearest(name, known)}: {', '.join(known)}")
    if len(text) > _LONGEST:
        raise _wrong(name, f"is longer than {_LONGEST} characters: {len(text)}")


def _wrong(label: str, message: str) -> DefinitionError:
    return DefinitionError(f"metadata.labels.{label}", message)


def limits_of(labels: Mapping[str, str], *, reading: str) -> list[Threshold]:
    """Return the limits that labels set: `above: 15%`, `rise: 0.15`. Raises DefinitionError."""
    return [_limit(name, labels[name].strip(), reading) for name in _LIMITS if name in labels]


def _limit(name: str, text: str, reading: str) -> Threshold:
    side, relative = _LIMITS[name]
    limit = _number(name, text)
    if relative and limit <= 0:
        raise _wrong(name, f"“{text}” is no change; 15% is 15 % from what is usual of such a day")
    if not relative and reading == "share" and not 0 <= limit <= 1:
        raise _wrong(name, f"“{text}” is no share; write for example 15% or 0.15")
    if not relative and reading != "share" and text.endswith("%"):
        raise _wrong(name, f"“{text}” is a share, and this is none: write a number")
    return Threshold(limit=limit, side=side, relative=relative)


def _number(name: str, text: str) -> float:
    try:
        found = float(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = nan
    if not isfinite(found):
        raise _wrong(name, f"“{text}” is no limit; write for example 15% or 0.15")
    return found
