"""A public document by HTTP, for kinds that read one: whole, or not at all."""

from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.probes.connecting import Journey, tls_context
from troth.probes.kind import Limits, ProbeError

_OK: Final = 200
_MOST: Final = 5_000_000


async def get(  # noqa: PLR0913 - all but the address are named
    url: str,
    *,
    limits: Limits,
    journey: Journey,
    accept: str = "application/json",
    most: int = _MOST,
    ca: str = "",
) -> bytes:
    """Return the whole document. Raises ProbeError, OSError, TimeoutError."""
    from troth.probes import fetching  # aiohttp is heavy, and perhaps nobody watches

    asked = fetching.Asked(
        method="GET",
        url=url,
        headers={"User-Agent": "troth-probe", "Accept": accept, "Accept-Encoding": "identity"},
        secret={},
        body=b"",
        redirects=5,
        most=most,
        family="either",
        tls=tls_context(ca=ca),
    )
    answer = await fetching.fetch(asked, limits, journey)
    if answer.status != _OK:
        raise StatusError(answer.status, url)
    if answer.cut:
        raise ProbeError(f"the answer is longer than {most:,} bytes")
    return answer.plain_body()


class StatusError(ProbeError):
    """An answer that is not the document."""

    def __init__(self, status: int, url: str) -> None:
        super().__init__(f"{(urlsplit(url).path or '/')[-60:]} answers with status {status}")
        self.status = status


def decoded(raw: bytes, kind: Any, *, what: str) -> Any:  # noqa: ANN401 - as the type says
    """Return a document as a type. Raises ProbeError that says what it is not."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ProbeError(f"the answer is no {what}") from error


def check_address(
    url: str,
    *,
    name: str = "url",
    schemes: tuple[str, ...] = ("http", "https"),
    example: str = "https://status.example",
    login: str = "an address has no password in it",
) -> None:
    """Raise ValueError unless it is a whole address of one of the schemes, without a password.

    `name` is the setting's; `example` and `login` (what to do with a password) are told.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{name}: the address is not valid") from error
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise ValueError(f"{name}: write the whole address, such as {example}")
    if parts.username or parts.password:
        raise ValueError(f"{name}: {login}")
