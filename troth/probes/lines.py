"""One line of what a peer says, never more than it may be long."""

import asyncio
from typing import Final

from troth.probes.kind import ProbeError

_LONGEST: Final = 4_096


async def line(reader: asyncio.StreamReader, *, longest: int = _LONGEST) -> bytes:
    """Return the next line without its end. Raises EOFError or ProbeError."""
    try:
        found = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError as error:
        raise ProbeError("the other side sends a line without an end") from error
    if len(found) > longest:
        raise ProbeError(f"the other side sends a line of more than {longest:,} bytes")
    return found.rstrip(b"\r\n")
