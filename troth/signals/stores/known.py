"""Which files can hold a case: hashes of their cases in memory, so that few files are read.

Without it, each sealing reads the keys of all rows to learn that nearly all that came is new. It
is filled by a process that seals again and again; it is never on disk, and may always be empty.
"""

import threading
from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from troth.signals.models import SegmentFile
from troth.signals.stores import manifest
from troth.signals.stores.duck import listed

MOST_ROWS = 16_000_000  # 8 bytes each: of the newest files; older ones are read


class KnownCases:
    """The sorted hashes of the cases in each file, by the file's row in the manifest."""

    def __init__(self) -> None:
        self._hashes: dict[int, NDArray[np.uint64]] = {}
        self._sealed_before = False
        self._lock = threading.Lock()

    def holding(
        self, con: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile]
    ) -> list[SegmentFile]:
        """Return those of the files that can hold a case in the table `wanted`."""
        with self._lock:
            if not self._sealed_before:
                self._sealed_before = True
                return list(files)
            self._learn(con, files)
            wanted = con.sql("SELECT hash FROM wanted ORDER BY hash").fetchnumpy()["hash"]
            return [file for file in files if self._may_hold(file, wanted)]

    def _learn(self, con: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile]) -> None:
        room, kept = MOST_ROWS, {}
        for file in sorted(files, key=lambda each: -each.last_seq):
            room -= file.rows
            if room < 0:
                break
            known = self._hashes.get(file.pk)
            kept[file.pk] = _read(con, file) if known is None else known
        self._hashes = kept

    def _may_hold(self, file: SegmentFile, wanted: NDArray[np.uint64]) -> bool:
        known = self._hashes.get(file.pk)
        if known is None or not len(known):
            return known is None
        places = np.searchsorted(known, wanted)
        return bool((known[np.minimum(places, len(known) - 1)] == wanted).any())


def _read(con: duckdb.DuckDBPyConnection, file: SegmentFile) -> NDArray[np.uint64]:
    source = f"read_parquet({listed(manifest.paths([file]))})"
    hashes: NDArray[np.uint64] = con.sql(
        f"SELECT hash(source, key) AS h FROM {source}"
    ).fetchnumpy()["h"]
    hashes.sort()
    return hashes


known_cases = KnownCases()
