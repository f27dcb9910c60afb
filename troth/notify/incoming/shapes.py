"""Whose row it is and what it says: ours, Statuspage's, Cachet's, Instatus', or an address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from troth.notify.incoming.brought import Brought, Row
from troth.notify.rules import families
from troth.notify.rules.events import Severity
from troth.notify.rules.wishes import Wish, minute

_EVERY_PART: Final = {"all", "*", ""}
_YES: Final = {"1", "true", "yes", "t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a row means where it says nothing."""

    events: int
    language: str
    zone: str
    page: str = ""


def read(row: Row, usual: Usual) -> Brought:
    """Return what a row says. Raises ValueError with one sentence."""
    if text(row, "channel") and "address" in row:
        return _ours(row, usual)
    channel, address = _reached(row)
    confirmed = _confirmed(row)
    return Brought(
        channel=channel,
        address=address,
        wish=Wish(
            events=usual.events,
            page=usual.page,
            language=text(row, "language", "locale") or usual.language,
            zone=text(row, "time_zone", "zone") or usual.zone,
        ),
        parts=_parts(row),
        consents=(confirmed,) if confirmed else (),
        has_ended=bool(text(row, "purge_at", "unsubscribed_at")),
    )


def _reached(row: Row) -> tuple[str, str]:
    """Return channel and address of other programs' rows. Raises ValueError."""
    mode = text(row, "mode", "type", "method").lower()
    if mode in {"slack", "teams", "integration_partner"}:
        raise ValueError(f"{mode} is bound to the other service: subscribe it here anew")
    if mail := text(row, "email", "email_address", "recipient", "address"):
        return "email", mail
    if phone := text(row, "phone", "phone_number"):
        return "sms", with_country(phone, text(row, "phone_country", "phonecountry"))
    if hook := text(row, "endpoint", "webhook", "url"):
        return "webhook", hook
    raise ValueError("no address stands here: email, phone or endpoint")


def with_country(phone: str, country: str) -> str:
    """Return a number with its country's code; "DE" is +49. Raises ValueError."""
    if phone.startswith(("+", "00")) or not country:
        return phone
    code = _CALLING.get(country.upper())
    if code is None:
        raise ValueError(f"write the number with its country's code; “{country[:10]}” is unknown")
    return f"+{code}{phone.lstrip('0')}"


_CALLING: Final = {
    "US": "1", "CA": "1", "GB": "44", "DE": "49", "AT": "43", "CH": "41", "FR": "33", "NL": "31",
    "BE": "32", "LU": "352", "IT": "39", "ES": "34", "PT": "351", "IE": "353", "DK": "45",
    "SE": "46", "NO": "47", "FI": "358", "PL": "48", "CZ": "420", "HU": "36", "RO": "40",
    "GR": "30", "TR": "90", "IL": "972", "IN": "91", "CN": "86", "JP": "81", "KR": "82",
    "AU": "61", "NZ": "64", "SG": "65", "HK": "852", "ZA": "27", "BR": "55", "MX": "52",
    "AR": "54", "CL": "56", "CO": "57", "AE": "971", "UA": "380",
}  # fmt: skip


def _confirmed(row: Row) -> Mapping[str, Any] | None:
    """Return the proof that other programs keep: when an address was confirmed, or that it was."""
    when = text(row, "verified_at", "confirmed_at")
    said = text(row, "confirmed", "is_confirmed", "verified").lower()
    if not when and said not in _YES:
        return None
    proof = {
        name: str(row[name])[:100]
        for name in ("id", "verified_at", "confirmed_at", "created_at", "confirmed")
        if row.get(name) not in (None, "")
    }
    return {"at": when or text(row, "created_at"), "how": "import", "proof": proof}


def _parts(row: Row) -> tuple[str, ...]:
    if text(row, "all", "global", "subscribe_all").lower() in _YES:
        return ()
    found = row.get("components") or row.get("component_ids") or row.get("parts")
    if isinstance(found, str):
        found = [one.strip() for one in found.replace(";", ",").split(",")]
    if not isinstance(found, list):
        return ()
    named = [_part(one) for one in found]
    return tuple(one for one in named if one.lower() not in _EVERY_PART)


def _part(one: object) -> str:
    if isinstance(one, Mapping):
        return str(one.get("id") or one.get("name") or "")
    return str(one)


def _ours(row: Row, usual: Usual) -> Brought:
    events = families.bits(_words(row.get("events"))) or usual.events
    return Brought(
        channel=text(row, "channel"),
        address=text(row, "address").removeprefix("'"),
        wish=Wish(
            events=events,
            floor=_floor(text(row, "floor")),
            pace=text(row, "pace") or "at once",
            quiet_from=minute(text(row, "quiet_from")),
            quiet_until=minute(text(row, "quiet_until")),
            page=text(row, "page") or usual.page,
            audience=text(row, "audience"),
            language=text(row, "language") or usual.language,
            zone=text(row, "zone") or usual.zone,
        ),
        parts=tuple(_words(row.get("parts"))),
        consents=tuple(_consents(row.get("consents"))),
        has_ended=text(row, "state") == "ended",
        is_paused=text(row, "state") == "paused",
        owner=text(row, "owner").removeprefix("'"),
    )


def _floor(word: str) -> Severity:
    if not word:
        return Severity.NONE
    try:
        return Severity[word.upper()]
    except KeyError:
        raise ValueError(f"“{word[:20]}” is no severity: none, minor, major, critical") from None


def _words(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value or "").replace(",", " ").replace(";", " ").split()


def _consents(value: object) -> list[Mapping[str, Any]]:
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("consents is not JSON") from None
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise ValueError("consents is a list of objects")
    return value


def text(row: Row, *names: str) -> str:
    """Return the first of some fields that holds anything, as text."""
    for name in names:
        value = row.get(name)
        if value is None or isinstance(value, list | dict):
            continue
        if found := str(value).strip():
            return found
    return ""
