"""Secrets of files that are not in the files: {env: NAME} or {file: PATH}."""

import os
from collections.abc import Mapping
from pathlib import Path

_LARGEST = 64_000  # characters of a secret's file


def resolved(value: object) -> object:
    """Return what a value refers to, or the value itself where it refers to nothing.

    Raises ValueError, in words, for what is not there.
    """
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"env"}:
        name = str(value["env"])
        found = os.environ.get(name, "")
        if not found:
            raise ValueError(f"the environment has no {name}")
        return found
    if set(value) == {"file"}:
        return _of_file(Path(str(value["file"])))
    raise ValueError("must be a text, {env: NAME} or {file: PATH}")


def _of_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as opened:
            found = opened.read(_LARGEST).strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{path} cannot be read") from None
    if not found:
        raise ValueError(f"{path} is empty")
    return found
