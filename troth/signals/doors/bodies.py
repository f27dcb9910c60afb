"""Request bodies: unpacked as they come, never larger than allowed, on disk when they are long."""

import errno
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, cast

from troth.core.intake import CrowdedError
from troth.core.packing import zstd
from troth.core.refusals import Refusal

IN_MEMORY = 4 * 1024 * 1024
_PART = 256 * 1024
_CROWDED = "too many bodies are being read; send it again"
_WINDOW_LOG = 27  # 128 MB: what a zstd stream may ask us to remember


def read(stream: BinaryIO, *, length: int | None, encoding: str, limit: int) -> IO[bytes]:
    """Return the unpacked body at its start. `length`: what Content-Length says; `limit`: bytes.

    Raises Refusal: 400 damaged or shorter than said, 413 too large (also once unpacked), 415
    unknown encoding. The body is read to its end before anything is done with it, so that no
    slow client ever holds a transaction.
    """
    if length is not None and length > limit:
        raise _too_large(limit)
    unpack = _UNPACK.get(encoding.strip().lower())
    if unpack is None:
        raise Refusal(415, f"Content-Encoding {encoding[:40]} is not read; use gzip or zstd")
    parts = unpack(_parts(stream, length))
    if unpack is _plain and length is not None and length <= IN_MEMORY:
        return _short(stream, length)
    return _within(cast("IO[bytes]", tempfile.SpooledTemporaryFile(IN_MEMORY)), parts, limit)


def _short(stream: BinaryIO, length: int) -> IO[bytes]:
    try:
        found = stream.read(length)
        while len(found) < length and (more := stream.read(length - len(found))):
            found += more
    except CrowdedError as error:
        raise Refusal(503, _CROWDED) from error
    if len(found) < length:
        raise _cut_short(length - len(found))
    return io.BytesIO(found)  # shares the bytes, copies nothing


def _within(body: IO[bytes], parts: Iterator[bytes], limit: int) -> IO[bytes]:
    try:
        for part in _limited(parts, limit):
            body.write(part)
        body.seek(0)
    except CrowdedError as error:
        body.close()
        raise Refusal(503, _CROWDED) from error
    except OSError as error:
        body.close()
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise Refusal(507, "the disk is full; nothing was taken") from error
    except BaseException:
        body.close()
        raise
    return body


def _limited(parts: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        yield part


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"the body is larger than {limit // 1_000_000} MB; send it in parts")


def _parts(stream: BinaryIO, length: int | None) -> Iterator[bytes]:
    left = length
    while left is None or left > 0:
        part = stream.read(_PART if left is None else min(_PART, left))
        if not part:
            break
        if left is not None:
            left -= len(part)
        yield part
    if left:
        raise _cut_short(left)


def _cut_short(left: int) -> Refusal:
    return Refusal(400, f"the body ended {left} bytes before its Content-Length")


def _plain(parts: Iterator[bytes]) -> Iterator[bytes]:
    return parts


def _gunzip(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack one gzip member after the other, in parts of bounded size."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for part in parts:
            rest = part
            while rest:
                yield unpacker.decompress(rest, _PART)
                rest = unpacker.unconsumed_tail
                if unpacker.eof:
                    rest = unpacker.unused_data
                    unpacker = zlib.decompressobj(wbits=31) if rest else unpacker
    except zlib.error as error:
        raise Refusal(400, "the body is not gzip, or is damaged") from error
    if not unpacker.eof:
        raise Refusal(400, "the gzip body is cut short")


def _unzstd(parts: Iterator[bytes]) -> Iterator[bytes]:
    source = _Source(parts)
    most: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    try:
        with zstd.ZstdFile(cast("BinaryIO", source), options=most) as reader:
            while part := reader.read(_PART):
                yield part
    except (zstd.ZstdError, EOFError) as error:
        raise Refusal(400, "the body is not zstd, or is damaged") from error


class _Source:
    """An iterator of parts as something to read from."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            self._left = next(self._parts, b"")
        if size < 0:
            size = len(self._left)
        found, self._left = self._left[:size], self._left[size:]
        return found


_UNPACK: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "": _plain,
    "identity": _plain,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "zstd": _unzstd,
}
