"""The two instants every question takes: the one judged, and what had been recorded by then."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, WithJsonSchema

from troth.core import walls
from troth.core.fields import as_zone

_UTC = ZoneInfo("UTC")
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)
_YEARS = "^(197[1-9]|19[89][0-9]|2[01][0-9]{2})-"  # every instant in these is kept, in any offset
_DATE = 10  # characters of 2026-03-01
_NO_AS_OF = (
    "This screen reads tallies as they are counted now, and not as of a recording; it can look "
    "back with at="
)
_EXAMPLE = "write for example 2026-03-01 or 2026-03-01T14:30Z"


@dataclass(frozen=True, slots=True)
class Moments:
    """`at` is the instant judged, `as_of` what had been recorded by then; None means now.

    `problem` says in plain words what could not be read; both are None then. `only_at`: who
    asks cannot say what had been recorded by an instant.
    """

    at: datetime | None = None
    as_of: datetime | None = None
    problem: str = ""
    only_at: bool = False

    @property
    def is_now(self) -> bool:
        return self.at is None and self.as_of is None

    @property
    def query(self) -> str:
        """Return `at=…&as_of=…` for links that keep these instants, empty for now."""
        pairs = (("at", self.at), ("as_of", self.as_of))
        return urlencode({name: shown(value) for name, value in pairs if value is not None})


def moments(values: Mapping[str, str]) -> Moments:
    """Read `at` and `as_of` from the parameters of a request.

    Without an offset they are as clocks in `zone` show them, which the parameters name, else UTC.
    """
    try:
        zone = ZoneInfo(as_zone(values.get("zone", "").strip() or "UTC"))
        at, as_of = (_optional(values.get(name, ""), zone) for name in ("at", "as_of"))
        return Moments(at, as_of)
    except ValueError as error:
        return Moments(problem=str(error))


def looking_back(values: Mapping[str, str]) -> Moments:
    """Read `at` for who reads what is counted now: what had been recorded by then is refused."""
    if values.get("as_of", "").strip():
        return Moments(problem=_NO_AS_OF, only_at=True)
    return replace(moments(values), only_at=True)


def instant(text: str, zone: ZoneInfo = _UTC) -> datetime:
    """Return the instant a person or a program wrote, in UTC. Raises ValueError in plain words.

    Without an offset it is as clocks in the zone show it; of two it is the later. A date alone is
    the midnight that ends it: "as of 1 March" holds all of that day.
    """
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no instant; {_EXAMPLE}") from None
    if len(text) == _DATE and found.year < _LAST.year:
        found += timedelta(days=1)
    if not _FIRST <= (found if found.tzinfo else found.replace(tzinfo=UTC)) <= _LAST:
        raise ValueError(f"“{text[:40]}” is outside the years 1970 to 2199")
    if found.tzinfo is None and zone is not _UTC:
        return walls.instant(found.isoformat(), zone, second=True)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def named_day(text: str) -> date | None:
    """Return the day that an address names as 2026-03-01; None where it names none we keep."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST.year < found.year < _LAST.year else None


def shown(value: datetime) -> str:
    """Return the shortest way to write an instant that `instant` reads back."""
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.removesuffix(':00')}Z"


def _optional(text: str, zone: ZoneInfo) -> datetime | None:
    return instant(text, zone) if text.strip() else None


def _rfc3339(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("an instant is a text")  # noqa: TRY004 - pydantic reads ValueError
    return instant(value)


Instant = Annotated[
    datetime,
    BeforeValidator(_rfc3339),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _YEARS}),
]
Limit = Annotated[int, Field(ge=1, le=200, description="How many to a page.")]
Cursor = Annotated[str, Field(max_length=400, description="`next` of the page before.")]
