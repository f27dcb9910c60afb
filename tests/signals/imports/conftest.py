"""Files made for a test, and mappings written in a line."""

from pathlib import Path

import pytest

from troth.signals.imports import mapping, running
from troth.signals.imports.summary import Summary


@pytest.fixture
def look(tmp_path):
    """Return a function that reads a file's bytes with a mapping's text and writes nothing."""

    def looked(body: bytes | str, text: str | None = None, *, name: str = "data.csv") -> Summary:
        path: Path = tmp_path / name
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        plan = mapping.read(text) if text else None
        return running.run(path=path, plan=plan, terms=running.Terms(dry_run=True))

    return looked


def minimal(**more: str) -> str:
    """Return a mapping of columns `k` and `t` with more lines under `signal`, or beside it."""
    inside = "".join(f"  {name}: {value}\n" for name, value in more.items() if name[0] != "_")
    beside = "".join(f"{name[1:]}: {value}\n" for name, value in more.items() if name[0] == "_")
    base = {"source": "test", "kind": "case", "key": '"{k}"', "happened_at": '"{t}"'}
    given = "".join(f"  {name}: {value}\n" for name, value in base.items() if name not in more)
    return f"{beside}signal:\n{given}{inside}"
