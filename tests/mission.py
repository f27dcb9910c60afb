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
    if not session.config.getoption("--mission"):
        return
    shown: dict[str, set[str]] = defaultdict(set)
    for item in session.items:
        for key in _keys(item):
            shown[key].add(item.nodeid.partition("[")[0])
    for key, what in _ITEMS.items():
        if key in shown:
            print(f"{key}  {what}")  # noqa: T201 - a report for a person
            for test in sorted(shown[key]):
                print(f"    {test}")  # noqa: T201
    rest = [key for key in _ITEMS if key not in shown]
    print(f"\n{len(shown)} of {len(_ITEMS)} items are shown. Not yet: {' '.join(rest)}")  # noqa: T201


def _keys(item: pytest.Item) -> list[str]:
    return [key for mark in item.iter_markers("mission") for key in mark.args]
