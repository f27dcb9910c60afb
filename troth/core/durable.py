"""What is written stays written: a power cut may come at any instant."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Bring a file's bytes, or the names in a folder, to the disk before returning."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
