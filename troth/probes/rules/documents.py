"""A monitor and a heartbeat as documents, read field by field with every problem told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

from troth.core.documents import OURS
from troth.core.fields import Fields, as_text, as_whole, as_zone
from troth.core.problems import DocumentError, Problem
from troth.probes.rules import mailing
from troth.probes.rules.beating import Rhythm, RhythmError

T = TypeVar("T")
_RESERVED: Final = ("new", "locations", "heartbeats", "heartbeat")
LOCAL: Final = "local"  # the location of the installation itself

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?")
LOCATION = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d|)")
_UNITS: Final = {"ms": 1, "s": 1_000, "": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_NEEDED = re.compile(r"(\d{1,2})\s*(?:of|in|/)\s*(\d{1,2})")
_FASTEST, _SLOWEST, _LONGEST_TIMEOUT = 1_000, 86_400_000, 120_000
_MOST: Final = 20  # results, retries, locations or parents


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What is declared of a monitor. Durations are milliseconds; `secrets` None: kept as it was."""

    slug: str
    name: str
    kind: str
    settings: dict[str, Any]
    secrets: dict[str, Any] | None = None
    every: int = 60_000
    timeout: int = 10_000
    retries: int = 0
    condition: str = ""
    slow: int | None = None
    need: int = 1
    of: int = 1
    locations: tuple[str, ...] = (LOCAL,)
    quorum: int = 0
    parents: tuple[str, ...] = ()
    touchpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beating:
    """What is declared of a heartbeat."""

    slug: str
    name: str
    rhythm: Rhythm = field(default_factory=Rhythm)
    mail: mailing.Filter = field(default_factory=mailing.Filter)
    touchpoint: str = ""


def monitor(document: Mapping[str, Any]) -> Watching:
    """Return what a document of kind Monitor says. Raises DocumentError with every problem."""
    problems: list[Problem] = []
    slug, name, spec = _head(document, "Monitor", problems)
    spec.only("kind", "settings", "secrets", "every", "timeout", "retries", "condition", "slow",
              "need", "locations", "quorum", "parents", "touchpoint")  # fmt: skip
    need, of = spec.read("need", (1, 1), as_needed)
    every = spec.read("every", 60_000, as_milliseconds)
    found = Watching(
        slug=slug,
        name=name or slug,
        kind=spec.needed("kind", "what is watched, for example http"),
        settings=_named(spec, "settings") or {},
        secrets=_named(spec, "secrets"),
        every=every,
        timeout=spec.read("timeout", min(10_000, every), as_milliseconds),
        retries=spec.read("retries", 0, as_whole),
        condition=spec.text("condition"),
        slow=spec.read("slow", None, as_milliseconds),
        need=need,
        of=of,
        locations=_names(spec, "locations", LOCATION) or (LOCAL,),
        quorum=spec.read("quorum", 0, as_whole),
        parents=_names(spec, "parents", _SLUG),
        touchpoint=spec.text("touchpoint"),
    )
    _sensible(found, spec)
    return _unless(problems, found)


def heartbeat(document: Mapping[str, Any]) -> Beating:
    """Return what a document of kind Heartbeat says. Raises DocumentError with every problem."""
    problems: list[Problem] = []
    slug, name, spec = _head(document, "Heartbeat", problems)
    spec.only("period", "cron", "calendar", "zone", "grace", "mail", "touchpoint")
    period = spec.read("period", None, as_milliseconds)
    rhythm = Rhythm(
        period=None if period is None else timedelta(seconds=period // 1000),
        cron=spec.text("cron"),
        calendar=spec.text("calendar"),
        zone=spec.read("zone", "UTC", as_zone),
        grace=timedelta(seconds=spec.read("grace", 60_000, as_milliseconds) // 1000),
    )
    try:
        rhythm.checked()
    except RhythmError as error:
        spec.note(error.field, error.message)
    found = Beating(
        slug=slug,
        name=name or slug,
        rhythm=rhythm,
        mail=mailing.read_filter(spec.inside("mail")),
        touchpoint=spec.text("touchpoint"),
    )
    return _unless(problems, found)


def monitor_document(found: Watching) -> dict[str, Any]:
    """Return the document of a monitor, without its secrets and without what is usual."""
    spec: dict[str, Any] = {
        "kind": found.kind,
        "settings": found.settings,
        "every": shown_duration(found.every),
        "timeout": shown_duration(found.timeout),
        "retries": found.retries,
        "condition": found.condition,
        "slow": None if found.slow is None else shown_duration(found.slow),
        "need": "" if found.of == 1 else f"{found.need} of {found.of}",
        "locations": [] if found.locations == (LOCAL,) else list(found.locations),
        "quorum": found.quorum,
        "parents": list(found.parents),
        "touchpoint": found.touchpoint,
    }
    return _document("Monitor", found.slug, found.name, spec)


def heartbeat_document(found: Beating) -> dict[str, Any]:
    rhythm = found.rhythm
    spec: dict[str, Any] = {
        "period": shown_duration(_ms(rhythm.period)) if rhythm.period else "",
        "cron": rhythm.cron,
        "calendar": rhythm.calendar,
        "zone": "" if rhythm.zone == "UTC" else rhythm.zone,
        "grace": shown_duration(_ms(rhythm.grace)),
        "mail": mailing.filter_document(found.mail),
        "touchpoint": found.touchpoint,
    }
    return _document("Heartbeat", found.slug, found.name, spec)


def _document(kind: str, slug: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in spec.items() if value or key == "settings"}
    metadata = {"name": slug} | ({"displayName": name} if name != slug else {})
    return {"apiVersion": OURS, "kind": kind, "metadata": metadata, "spec": said}


def _ms(found: timedelta) -> int:
    return int(found.total_seconds() * 1000)


def as_milliseconds(value: object) -> int:
    """Return “500ms”, “30s”, “5m”, “1h”, “1d” or a number of seconds as milliseconds."""
    text = as_text(value)
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text[:40]}” is no duration; write for example 30s or 500ms")
    return round(float(match[1]) * _UNITS[match[2]])


def shown_duration(milliseconds: int) -> str:
    """Return the shortest way to write a duration that as_milliseconds reads back."""
    for unit in ("d", "h", "m", "s"):
        if milliseconds and milliseconds % _UNITS[unit] == 0:
            return f"{milliseconds // _UNITS[unit]}{unit}"
    return f"{milliseconds}ms"


def as_needed(value: object) -> tuple[int, int]:
    """Return “2 of 3” as (2, 3)."""
    match = _NEEDED.fullmatch(as_text(value))
    if match is None:
        raise ValueError("write for example 2 of 3")
    need, of = int(match[1]), int(match[2])
    if not 1 <= need <= of <= _MOST:
        raise ValueError(f"must be between 1 of 1 and {_MOST} of {_MOST}")
    return need, of


def _head(
    document: Mapping[str, Any], kind: str, problems: list[Problem]
) -> tuple[str, str, Fields]:
    root = Fields(document, "", problems)
    root.only("apiVersion", "kind", "metadata", "spec")
    root.choice("kind", (kind,), kind)
    meta = root.inside("metadata")
    meta.only("name", "displayName", "labels")
    slug = meta.needed("name", "a short name for addresses, such as shop")
    if slug in _RESERVED:
        meta.note("name", f"“{slug}” is the name of a screen; take another one")
    elif slug and not _SLUG.fullmatch(slug):
        meta.note("name", f"“{slug[:60]}” is no name: use a-z, 0-9 and inner hyphens, at most 60")
    name = meta.text("displayName")
    if len(name) > 200 or not name.isprintable():  # noqa: PLR2004
        meta.note("displayName", "has 200 printable characters at most")
    return slug, name, root.inside("spec")


def _named(spec: Fields, name: str) -> dict[str, Any] | None:
    value = spec.values.get(name)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        spec.note(name, "must hold named fields")
        return None
    return {str(key): each for key, each in value.items()}


def _names(spec: Fields, name: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    found: list[str] = []
    for path, item in spec.items(name):
        text = str(item)
        if not pattern.fullmatch(text):
            spec.note(path, f"“{text[:60]}” is no name: use a-z, 0-9 and inner hyphens")
        elif text not in found:
            found.append(text)
    if len(found) > _MOST:
        spec.note(name, f"has {_MOST} names at most")
    return tuple(found)


_TOUCHPOINT = re.compile(r"[A-Za-z0-9._:/-]{0,100}")


def _sensible(found: Watching, spec: Fields) -> None:
    rules = (
        ("every", _FASTEST <= found.every <= _SLOWEST, "is between 1s and 1d"),
        ("timeout", 1 <= found.timeout <= _LONGEST_TIMEOUT, "is between 1ms and 2m"),
        ("timeout", found.timeout <= found.every, "is not longer than the time between checks"),
        ("retries", found.retries <= _FEW, f"is at most {_FEW}"),
        ("slow", found.slow is None or 0 < found.slow < found.timeout, "is below the timeout"),
        ("quorum", found.quorum <= len(found.locations), "is not more than the locations"),
        ("parents", found.slug not in found.parents, "a monitor is not its own parent"),
        ("touchpoint", bool(_TOUCHPOINT.fullmatch(found.touchpoint)), "uses A-Z 0-9 . _ : / -"),
    )
    for name, holds, message in rules:
        if not holds:
            spec.note(name, message)


_FEW: Final = 5


def _unless(problems: list[Problem], found: T) -> T:
    if problems:
        raise DocumentError(tuple(problems))
    return found
