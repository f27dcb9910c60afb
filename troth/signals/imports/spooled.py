"""A packed file unpacked beside nothing else, for engines that want a path."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from troth.signals.imports import packed
from troth.signals.imports.rows import Opening


@contextmanager
def as_file(opening: Opening, suffix: str) -> Iterator[Path]:
    """Yield a path to the bytes inside: the file itself, or a copy that is removed afterwards."""
    if opening.path.suffix.lower() not in packed.PACKINGS:
        yield opening.path
        return
    with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
        shutil.copyfileobj(opening.inside, copy)
        copy.flush()
        yield Path(copy.name)
