"""A mail built once for a story and language, and patched for each reader.

Building a message from nothing for everybody is what makes mailing slow. Of the built one, only
address, date, Message-ID and the reader's own links change: their places are cut out, and each
message is those pieces joined.
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from django.conf import settings

from troth.core import clock
from troth.notify.channel import Letter, Words
from troth.notify.rules.saying import END_URL, MANAGE_URL

_WIDTH: Final = 72
_LINK_WIDTH: Final = 60
_PLACES: Final = re.compile(f"({re.escape(MANAGE_URL)}|{re.escape(END_URL)})")
_TO, _DATE, _ID, _END, _MANAGE = range(5)
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f<>]")
_BOUNDARY: Final = "=-troth-{}-="
Pieces = tuple[bytes | int, ...]


def message_of(letter: Letter, *, to: str, sender: str) -> bytes:
    """Return a whole mail for DATA but for its end: lines end with CRLF, none begins with a dot.

    Raises ValueError for an address that could break a header.
    """
    if _UNSAFE.search(to) or "@" not in to:
        raise ValueError("this is no address for mail")
    host = sender_host(sender)
    story = letter.story
    pieces = _built(letter.words, sender, story.about, bool(letter.end_url))
    values = (
        to.encode(),
        _date(clock.now().replace(microsecond=0)),
        f"<{letter.id}@{host}>".encode(),
        letter.end_url,
        letter.manage_url,
    )
    # In the header a link stands whole; in the body its lines are short.
    return b"".join(
        [piece if isinstance(piece, bytes) else _value(piece, values) for piece in pieces]
    )


def _value(piece: int, values: tuple[bytes, bytes, bytes, str, str]) -> bytes:
    if piece < 0:  # in the body
        return _soft(str(values[-piece]))
    value = values[piece]
    return value.encode() if isinstance(value, str) else value


@lru_cache(maxsize=64)
def sender_host(sender: str) -> str:
    """Return the host that our mails' ids belong to."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _soft(url: str) -> bytes:
    """Return a link as quoted-printable, on lines of its own that end softly."""
    cut = [url[at : at + _LINK_WIDTH] for at in range(0, len(url), _LINK_WIDTH)]
    return ("=\r\n".join(["", *map(_link_line, cut), ""])).encode()


def _link_line(text: str) -> str:
    text = text.replace("=", "=3D") if "=" in text else text
    return f"=2E{text[1:]}" if text[0] == "." else text


@lru_cache(maxsize=64)
def _date(at: datetime) -> bytes:
    return format_datetime(at).encode()


@lru_cache(maxsize=256)
def _built(words: Words, sender: str, about: str, can_end: bool) -> Pieces:  # noqa: FBT001 - of the cache's key
    """Return the mail in pieces: bytes, and numbers in the places of what is each reader's own."""
    is_enough = MANAGE_URL in words.text or not can_end
    text = words.text if is_enough else f"{words.text}\n\n{MANAGE_URL}\n"
    boundary = _BOUNDARY.format(blake2b(words.text.encode(), digest_size=8).hexdigest())
    pieces = list(_head(words.title, sender, about, can_end=can_end))
    kind = f'multipart/alternative; boundary="{boundary}"' if words.html else ""
    if kind:
        pieces.append(f"Content-Type: {kind}\r\n\r\n".encode())
    for subtype, body in (("plain", text), ("html", words.html)):
        if not body:
            continue
        if kind:
            pieces.append(f"--{boundary}\r\n".encode())
        pieces += _part(subtype, body)
    if kind:
        pieces.append(f"--{boundary}--\r\n".encode())
    return _merged(pieces)


def _head(title: str, sender: str, about: str, *, can_end: bool) -> list[bytes | int]:
    host = sender_host(sender)
    thread = blake2b(about.encode(), digest_size=12).hexdigest()
    known = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    known["From"] = Address(name, addr_spec=address)
    known["Subject"] = " ".join(title.split())
    known["List-Id"] = f"{settings.TROTH.organisation} <status.{host}>".translate(_NO_BREAKS)
    known["Auto-Submitted"] = "auto-generated"
    known["In-Reply-To"] = known["References"] = f"<thread.{thread}@{host}>"
    known["MIME-Version"] = "1.0"
    whole = known.as_bytes().rstrip(b"\r\n") + b"\r\n"
    found: list[bytes | int] = [
        whole, b"To: <", _TO, b">\r\nDate: ", _DATE, b"\r\nMessage-ID: ", _ID, b"\r\n",
    ]  # fmt: skip
    if can_end:
        found += [
            b"List-Unsubscribe: <", _END, b">\r\n",
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        ]  # fmt: skip
    return found


_NO_BREAKS: Final = str.maketrans({"\r": " ", "\n": " "})


def _part(subtype: str, body: str) -> list[bytes | int]:
    pieces: list[bytes | int] = [
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
    ]
    for piece in _PLACES.split(body):
        if piece in (MANAGE_URL, END_URL):
            pieces.append(-_MANAGE if piece == MANAGE_URL else -_END)
        else:
            pieces.append(_quoted(piece))
    pieces.append(b"\r\n")
    return pieces


def _quoted(text: str) -> bytes:
    """Return text as quoted-printable (RFC 2045, 6.7) with short lines and no leading dots."""
    return b"\r\n".join(_quoted_line(line) for line in text.replace("\r\n", "\n").split("\n"))


def _quoted_line(line: str) -> bytes:
    coded = [_SAFE.get(byte) or f"={byte:02X}" for byte in line.encode()]
    if coded and coded[-1] in (" ", "\t"):
        coded[-1] = f"={ord(coded[-1]):02X}"
    lines, current = [], ""
    for sign in coded:
        if len(current) + len(sign) > _WIDTH:
            lines.append(f"{current}=")
            current = ""
        current += "=2E" if sign == "." and not current else sign
    return "\r\n".join([*lines, current]).encode("ascii")


_SAFE: Final = {code: chr(code) for code in (*range(33, 61), *range(62, 127), 32, 9)}


def _merged(pieces: list[bytes | int]) -> Pieces:
    """Return the pieces with neighbours of bytes made one."""
    found: list[bytes | int] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            found[-1] = last + piece
        else:
            found.append(piece)
    return tuple(found)
