"""Addresses in one way of writing, so that one person is one row. Pure; no name server is asked.

Each function returns the address as it is kept, or raises ValueError with one sentence.
"""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from email_validator import EmailNotValidError, validate_email

LONGEST: Final = 2000
_MOST_SHOWN: Final = 60
_HIDDEN: Final = "•••"
# The push service of a browser's subscription, or the service of an address such as gotify://….
_SERVICE: Final = re.compile(r"\{\"endpoint\":\"https?://([^/:\"]+)|([a-z0-9]+:/)/")
_SAID_BETWEEN_DIGITS: Final = re.compile(r"[\s()./\u2010-\u2015-]+")
_BROKEN: Final = re.compile("[\x00\ufffd\ud800-\udfff]")  # letters that were lost on the way
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def mail(text: str) -> str:
    """Return a mail address: the domain in small letters and IDNA, the rest as it was written.

    What stands before the @ keeps its case: it is the other side's own affair.
    """
    _must_be_whole(text)
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=True, strict=True
        )
    except EmailNotValidError as error:
        raise ValueError(f"this is no mail address: {error}") from None
    return f"{found.local_part}@{found.ascii_domain or found.domain}"


def phone(text: str) -> str:
    """Return a telephone number in E.164: a plus, the country and the number."""
    number = _SAID_BETWEEN_DIGITS.sub("", text.strip().replace("(0)", ""))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if not _E164.fullmatch(number):
        raise ValueError("write the number with its country, such as +49 30 1234567")
    return number


def link(text: str) -> str:
    """Return a web address without a name, password or fragment; scheme and host in small."""
    _must_be_whole(text)
    text = text.strip()
    if len(text) > LONGEST or re.search(r"[\x00-\x20\x7f]", text):
        raise ValueError("this is no web address")
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise ValueError("this is no web address") from None
    if parts.scheme.lower() not in {"https", "http"} or not host:
        raise ValueError("begin with https://")
    if parts.username or parts.password:
        raise ValueError("leave out the name and the password")
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme.lower(), host + port, parts.path or "/", parts.query, ""))


def plain(text: str) -> str:
    """Return any other address: trimmed, without control characters."""
    _must_be_whole(text)
    text = text.strip()
    if not text:
        raise ValueError("this is empty")
    if len(text) > LONGEST or any(ord(letter) < ord(" ") or ord(letter) == 127 for letter in text):  # noqa: PLR2004 - DEL
        raise ValueError("this is no address")
    return text


def _must_be_whole(text: str) -> None:
    if _BROKEN.search(text):
        raise ValueError("this is no address: letters of it were lost")


WAYS: Final = {"email": mail, "sms": phone, "voice": phone, "webhook": link}


def normal(channel: str, text: str) -> str:
    """Return the address as it is kept. Doing it twice changes nothing. Raises ValueError."""
    return WAYS.get(channel, plain)(text)


def shown(address: str) -> str:
    """Return the address with most of it hidden: enough to know it again, not enough to write."""
    if address.startswith("+"):
        return f"{address[:3]}{_HIDDEN}{address[-2:]}"
    if host := _host(address):
        return f"{host}/{_HIDDEN}"[:_MOST_SHOWN]
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}{_HIDDEN}@{domain}"[:_MOST_SHOWN]
    return f"{address[:2]}{_HIDDEN}"


def _host(address: str) -> str:
    if address.startswith(("https://", "http://")):
        return str(urlsplit(address).hostname)
    service = _SERVICE.match(address)
    return (service[1] or service[2]) if service else ""


def domain(address: str) -> str:
    """Return the domain of a mail address, else nothing."""
    name, at, found = address.rpartition("@")
    return found[:255] if at and name and "/" not in address else ""
