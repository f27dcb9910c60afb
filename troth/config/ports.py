"""Which port is ours: whether it is free, and which one `troth up` took."""

import socket
from pathlib import Path

_KEPT = "run/port"


class PortTakenError(Exception):
    exit_code = 4


def keep(data: Path, port: int) -> None:
    """Remember the port, so that the other verbs write the same addresses."""
    file = data / _KEPT
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{port}\n", encoding="ascii")


def kept(data: Path) -> int | None:
    """Return the port that was taken last, None where none was."""
    file = data / _KEPT
    text = file.read_text(encoding="ascii", errors="replace").strip() if file.is_file() else ""
    return int(text) if text.isdecimal() else None


def must_be_free(host: str, port: int) -> None:
    """Raise PortTakenError when something listens there already.

    The web server itself would share it without a word.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError as problem:
            raise PortTakenError(f"this user may not listen on port {port}") from problem
        except OSError as problem:
            text = f"{host}:{port} is in use: stop what listens there, or set TROTH_PORT"
            raise PortTakenError(text) from problem
