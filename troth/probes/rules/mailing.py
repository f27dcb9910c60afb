"""What a message says of a heartbeat: its words decide, and it is read without trust. Pure."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import blake2b
from typing import Any, Final

from troth.core.fields import Fields
from troth.probes.rules.beating import Sign

PLACES: Final = ("subject", "body", "both")
OTHERWISE: Final = {"success": Sign.SUCCESS, "fail": Sign.FAIL, "ignore": Sign.LOG}
_WORDS: Final = ("fail", "start", "success")  # the worst of what a message says counts
_MOST, _LONGEST = 20, 100
_READ: Final = 1_000_000  # characters of a text that words are looked for in


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which words, found anywhere in the `place`, mean what; `otherwise`: none of them was there.

    Where nothing is said of `otherwise`, it is a success, unless there are words of success to look
    for: then such a message says nothing.
    """

    place: str = "subject"
    start: tuple[str, ...] = ()
    success: tuple[str, ...] = ()
    fail: tuple[str, ...] = ()
    otherwise: str = ""

    def sign(self, mail: "Mail") -> Sign:
        """Return what a message says; LOG: it is kept and says nothing."""
        seen = "\n".join(
            text
            for place, text in (("subject", mail.subject), ("body", mail.text[:_READ]))
            if self.place in (place, "both")
        ).casefold()
        for word in _WORDS:
            if any(each.casefold() in seen for each in getattr(self, word)):
                return Sign(word)
        return OTHERWISE[self.otherwise or ("ignore" if self.success else "success")]


def read_filter(fields: Fields) -> Filter:
    """Read the `mail` of a heartbeat's document; problems are noted."""
    fields.only("place", *_WORDS, "otherwise")
    return Filter(
        place=fields.choice("place", PLACES, "subject"),
        otherwise=fields.choice("otherwise", ("", *OTHERWISE), ""),
        **{name: _words(fields, name) for name in _WORDS},
    )


def _words(fields: Fields, name: str) -> tuple[str, ...]:
    found = [str(item).strip() for _, item in fields.items(name)]
    if len(found) > _MOST or any(not 0 < len(word) <= _LONGEST for word in found):
        fields.note(name, f"has {_MOST} words at most, of up to {_LONGEST} characters each")
        return ()
    return tuple(found)


def filter_document(found: Filter) -> dict[str, Any]:
    """Return what read_filter reads back, without what is usual."""
    said = {
        "place": "" if found.place == "subject" else found.place,
        **{name: list(getattr(found, name)) for name in _WORDS},
        "otherwise": found.otherwise,
    }
    return {name: value for name, value in said.items() if value}


def filter_of(said: Mapping[str, Any]) -> Filter:
    """Return the filter of what was checked before."""
    return read_filter(Fields(said, "", []))


@dataclass(frozen=True, slots=True)
class Mail:
    """A message read: `mark` is the same for each delivery of it."""

    subject: str
    text: str
    sender: str
    mark: str

    @property
    def evidence(self) -> bytes:
        said = f"From: {self.sender}\nSubject: {self.subject}\n\n{self.text}"
        return said.encode("utf-8", "replace")


def read(raw: bytes) -> Mail:
    """Read a message, whatever bytes it is."""
    message = message_from_bytes(raw, policy=policy.default.clone(max_line_length=None))
    text = _text(message)
    head = [_header(message, name) for name in ("Subject", "From", "Date", "Message-ID")]
    subject, sender, date, number = head
    marked = number or f"{subject}\n{sender}\n{date}\n{text}"
    mark = blake2b(marked.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return Mail(subject, text, sender, mark)


def _header(message: EmailMessage, name: str) -> str:
    try:
        found = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - the parser of headers raises what it likes on rubbish
        return ""
    return re.sub(r"\s+", " ", found).strip()[:1_000]


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(("plain", "html"))
        if part is None:
            return ""
        found = str(part.get_content())
    except Exception:  # noqa: BLE001 - an unknown charset, a broken part
        return str(message.get_payload() or "").strip()
    return _bare(found) if part.get_content_subtype() == "html" else found.strip()


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]{0,1000}>", " ", text))).strip()
