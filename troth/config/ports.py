"""Is a port free? The web server itself would share a taken one without a word."""

import socket


class PortTakenError(Exception):
    exit_code = 4


def must_be_free(host: str, port: int) -> None:
    """Raise PortTakenError when something listens there already."""
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
