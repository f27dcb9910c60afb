"""What an installation is told from outside: `TROTH_*` variables or their `_FILE` twins."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environment:
    data_dir: Path
    page_dir: Path
    base_url: str
    organisation: str
    database_url: str
    signal_store: str
    secret_key: str
    subject_key: bytes
    inbox_key: bytes
    signing_key: bytes
    debug: bool


def read() -> Environment:
    data = Path(os.environ.get("TROTH_DATA", "data")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    return Environment(
        data_dir=data,
        page_dir=Path(os.environ.get("TROTH_PAGE_DIR", data / "page")).resolve(),
        base_url=os.environ.get("TROTH_BASE_URL", "http://127.0.0.1:8000"),
        organisation=os.environ.get("TROTH_ORGANISATION", "Our company"),
        database_url=os.environ.get("TROTH_DATABASE_URL", ""),
        signal_store=os.environ.get("TROTH_SIGNAL_STORE", "embedded"),
        secret_key=_kept(data / "keys" / "secret").hex(),
        subject_key=_kept(data / "keys" / "subject"),
        inbox_key=_kept(data / "keys" / "inbox"),
        signing_key=_kept(data / "keys" / "signing"),
        debug=os.environ.get("TROTH_DEBUG", "") == "1",
    )


def _kept(path: Path) -> bytes:
    """Return the 32 secret bytes in `path`, made on first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
