"""What went wrong with a connection, in words that need no knowledge of the library."""

import errno
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

from troth.probes.kind import ProbeError

_LONGEST: Final = 200
_KNOWN: Final = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was closed",
    errno.EHOSTUNREACH: "there is no way to the host",
    errno.ENETUNREACH: "there is no way to the network",
    errno.ETIMEDOUT: "the connection timed out",
    errno.EMFILE: "this machine has too many connections open",
    errno.EADDRNOTAVAIL: "this machine has no free port for another connection",
}
_RESOLVING: Final = {
    socket.EAI_NONAME: "the name does not exist",
    socket.EAI_AGAIN: "the name cannot be resolved at present",
}


def plain(error: BaseException, *, timeout: float) -> str:
    """Return one sentence about an error of a probe, without what the target may have put in."""
    for kind, said in _SAYINGS:
        if isinstance(error, kind):
            return said(error, timeout)[:_LONGEST]
    return f"the probe failed: {type(error).__name__}"


def _about_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLEOFError):
        return "TLS failed: the connection was closed"
    reason = (error.reason or "no reason given").replace("_", " ").lower()
    return f"TLS failed: {reason}"


_CLOSED: Final = "the connection was closed before the answer was complete"
# The first one that fits is told; several are kinds of OSError.
_SAYINGS: Final[tuple[tuple[type[BaseException], Callable[[Any, float], str]], ...]] = (
    (ProbeError, lambda error, _: str(error)),
    (TimeoutError, lambda _, seconds: f"no answer within {seconds:g} s"),
    (ssl.SSLError, lambda error, _: _about_tls(error)),
    (socket.gaierror, lambda error, _: _RESOLVING.get(error.errno, "the name is not resolved")),
    (EOFError, lambda *_: _CLOSED),
    (ConnectionError, lambda error, _: _KNOWN.get(error.errno, _CLOSED)),
    (OSError, lambda error, _: _KNOWN.get(error.errno, f"it failed: {type(error).__name__}")),
)
