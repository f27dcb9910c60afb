"""Registered by being there: one file per entry, the file's name is its key."""

import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def load(folder: ModuleType, kind: type[T]) -> dict[str, T]:
    """Return key → declared value for each file in the package `folder`, in alphabetical order.

    Each file declares exactly one value of type `kind`; its file name is the key. Third parties
    add entries through an entry-point group named like the folder's dotted name. Raises
    TypeError where a file declares none or more than one.
    """
    found: dict[str, T] = {}
    for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{folder.__name__}.{info.name}")
        found[info.name] = _only_value(module, kind)
    for point in entry_points(group=folder.__name__):
        found[point.name] = point.load()
    return found


def _only_value(module: ModuleType, kind: type[T]) -> T:
    values = [value for value in vars(module).values() if isinstance(value, kind)]
    if len(values) != 1:
        raise TypeError(f"{module.__name__} must declare one {kind.__name__}, not {len(values)}")
    return values[0]
