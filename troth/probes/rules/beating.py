"""When a heartbeat is expected, and from when its absence is a failure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from oncalendar import OnCalendar, OnCalendarError

from troth.probes.rules.results import Level

_LONGEST = 100


class RhythmError(ValueError):
    """Why a rhythm cannot be used, and which of its fields says so."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """One of `period`, `cron` and `calendar` says when; `grace` is how late it may be.

    Cron and calendar are read in the local time of `zone`. Where a night has no 02:30, cron's
    02:30 comes as soon as the clock has jumped, and a calendar's is left out; where there are two,
    the first one counts.
    """

    period: timedelta | None = None
    cron: str = ""
    calendar: str = ""
    zone: str = "UTC"
    grace: timedelta = timedelta(minutes=1)

    def checked(self) -> "Rhythm":
        """Return itself. Raises RhythmError."""
        if sum((self.period is not None, bool(self.cron), bool(self.calendar))) != 1:
            raise RhythmError("period", "give one of period, cron and calendar")
        if self.period is not None and not timedelta(seconds=1) <= self.period <= _YEAR:
            raise RhythmError("period", "is between one second and 366 days")
        if not timedelta(0) <= self.grace <= _YEAR:
            raise RhythmError("grace", "is between nothing and 366 days")
        _checked_words(self)
        return self

    def expected(self, last: datetime) -> datetime | None:
        """Return when the next sign is expected after the one at `last`; None: never again."""
        if self.period is not None:
            return last + self.period
        return next(_instants(self, last), None)

    def upcoming(self, after: datetime, count: int) -> list[datetime]:
        """Return the next instants at which a sign is expected."""
        if self.period is not None:
            return [after + self.period * n for n in range(1, count + 1)]
        return list(islice(_instants(self, after), count))


_YEAR = timedelta(days=366)


def _checked_words(rhythm: Rhythm) -> None:
    for field in ("cron", "calendar"):
        if len(getattr(rhythm, field)) > _LONGEST:
            raise RhythmError(field, f"has {_LONGEST} characters at most")
    try:
        found = rhythm.period is not None or next(_instants(rhythm, _SOME_DAY), None)
    except (KeyError, ValueError, OSError) as error:
        raise RhythmError("zone", f"“{rhythm.zone}” is no time zone") from error
    except (CronSimError, OnCalendarError) as error:
        field = "cron" if rhythm.cron else "calendar"
        raise RhythmError(field, f"is not understood: {error}") from error
    if not found:
        raise RhythmError("cron" if rhythm.cron else "calendar", "names no instant that ever comes")


_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _instants(rhythm: Rhythm, after: datetime) -> Iterator[datetime]:
    local = after.astimezone(ZoneInfo(rhythm.zone))
    found = CronSim(rhythm.cron, local) if rhythm.cron else OnCalendar(rhythm.calendar, local)
    for instant in found:
        at = instant.astimezone(UTC)
        if at > after:
            yield at


@dataclass(frozen=True, slots=True)
class Beat:
    """What is known of a heartbeat: its last sign of success, a start that has not ended."""

    last: datetime | None = None
    started: datetime | None = None


class Sign(StrEnum):
    """What a heartbeat says. A log is only kept."""

    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a sign comes to. `level` None: the state stays. `took`: from its start to this end."""

    beat: Beat
    level: Level | None
    took: timedelta | None


def down_at(rhythm: Rhythm, beat: Beat) -> datetime | None:
    """Return from when silence is a failure: expected + grace, or start + grace if sooner."""
    limits = []
    if beat.last is not None:
        expected = rhythm.expected(beat.last)
        if expected is not None:
            limits.append(expected + rhythm.grace)
    if beat.started is not None:
        limits.append(beat.started + rhythm.grace)
    return min(limits, default=None)


def applied(beat: Beat, sign: Sign, at: datetime) -> Applied:
    """Return what is known of a heartbeat after one more sign of it at an instant."""
    took = at - beat.started if beat.started is not None and at >= beat.started else None
    if sign is Sign.SUCCESS:
        return Applied(Beat(last=at), Level.UP, took)
    if sign is Sign.FAIL:
        return Applied(Beat(last=beat.last), Level.DOWN, took)
    if sign is Sign.START:
        return Applied(Beat(last=beat.last, started=at), None, None)
    return Applied(beat, None, None)


def sign_of(word: str) -> tuple[Sign, int | None] | None:
    """Return what the end of an address says, and the exit code; None where it says nothing known.

    "" is a success, a number from 0 to 255 an exit code: 0 is a success, any other a failure.
    """
    if word.isascii() and word.isdecimal():
        code = int(word[:4])
        ends_well = Sign.SUCCESS if code == 0 else Sign.FAIL
        return (ends_well, code) if code <= _HIGHEST_CODE else None
    sign = _WORDS.get(word)
    return (sign, None) if sign else None


_HIGHEST_CODE = 255
_WORDS = {"": Sign.SUCCESS, "start": Sign.START, "fail": Sign.FAIL, "log": Sign.LOG}
