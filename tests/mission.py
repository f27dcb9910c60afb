"""`pytest --mission`: which items of the mission are shown by which tests, and which by none."""

from collections import defaultdict
from pathlib import Path

import pytest

_ITEMS = dict(
    line.split("\t")
    for line in (Path(__file__).parent / "mission.tsv").read_text(encoding="utf-8").splitlines()
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mission", action="store_true", help="list mission items and their tests")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--mission"):
        config.option.collectonly = True
        config.option.verbose = -3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for key in _keys(item):
            if key not in _ITEMS:
                raise pytest.UsageError(f"{item.nodeid}: the mission has no item {key}")


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.getoption("--mission"):
        _report(session.items)


def _report(items: list[pytest.Item]) -> None:
    shown: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for key in _keys(item):
            shown[key].add(item.nodeid.partition("[")[0])
    lines = []
    for key in (key for key in _ITEMS if key in shown):
        lines += [f"{key}  {_ITEMS[key]}", *(f"    {test}" for test in sorted(shown[key]))]
    rest = [key for key in _ITEMS if key not in shown]
    lines += ["", f"{len(shown)} of {len(_ITEMS)} items are shown. Not yet: {' '.join(rest)}"]
    print("\n".join(lines))  # noqa: T201 - a report for a person


def _keys(item: pytest.Item) -> list[str]:
    return [key for mark in item.iter_markers("mission") for key in mark.args]
