"""The installation's own keys: made on the first start, kept where only their owner can read."""

import os
import secrets
from pathlib import Path

from troth.core.durable import sync

SIZE = 32


def kept(path: Path) -> bytes:
    """Return the 32 secret bytes in `path`; the first to ask makes them.

    Of two processes that start at once, one links its bytes into place and both read those.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        _make(path)
        return _read(path)


def _read(path: Path) -> bytes:
    found = path.read_bytes()
    if len(found) != SIZE:
        raise ValueError(f"{path} holds {len(found)} bytes, not {SIZE}: put the real key back")
    return found


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SIZE))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync(path.parent)
