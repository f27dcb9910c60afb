"""What is said of a stream when it is enrolled, and of the thresholds that people set on it."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from troth.core.attributes import ATTRIBUTE

READINGS = ("share", "mean", "count")
MOST_ATTRIBUTES = 5
HIGHEST_COST = 1_000_000  # of one bad case, against others (Enrolment.weight)
FEWEST = 24  # days with data that a baseline is made of, at least


class EnrolmentError(ValueError):
    """What is wrong with an enrolment in plain words, and in which of its fields."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A limit that somebody set: what a day's value may not pass, whatever is usual.

    An absolute limit is in the reading's own unit: 0.15 is 15 %. A relative one is a share of
    what is usual on such a day: 0.15 is 15 % more (`side` above) or less (below) than that.
    """

    limit: float
    side: str = "above"
    relative: bool = False
    title: str = ""

    def checked(self) -> "Threshold":
        """Return itself. Raises EnrolmentError."""
        if self.side not in ("above", "below"):
            raise EnrolmentError("thresholds", "a side is above or below")
        if self.relative and self.limit <= 0:
            raise EnrolmentError("thresholds", "a relative limit is more than 0: 0.15 is 15 %")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A stream's terms: its name, where on the journey it stands, what was promised of it.

    `target`, `expected` are in the reading's unit: a share between 0 and 1, else the value's own.
    `perceived` is a series of how it felt (a survey's share or mean). `weight` is what one bad case
    costs against other streams; `evidence` how much of the signals' weight is one case (of time in
    milliseconds 60,000: a minute). `phase_days` days with data make the first baseline. `heartbeat`
    (seconds) is how long silence may last. `settle` (seconds) is how long after its end a day is
    waited for. `holidays` names a calendar of them. `hourly` is a series of the same measure by the
    hour: with it today so far is judged, before the day is whole. `whole` is a series of all that
    comes of its kinds: while that comes, the 0 of a count is a count and no silence. `surprises`:
    each bucket of its own series, an hour long at most, is judged against its past. By each of
    `attributes` alone its segments are looked at, where its series is not split itself; at most
    `MOST_ATTRIBUTES`.
    """

    name: str
    touchpoint: str = ""
    step: str = ""
    reading: str = "share"
    better: str = "more"
    unit: str = ""
    target: float | None = None
    expected: float | None = None
    perceived: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    weight: float = 1.0
    evidence: int = 1
    phase_days: int = 28
    heartbeat: int | None = None
    settle: int = 0
    holidays: str = ""
    hourly: int | None = None
    whole: int | None = None
    surprises: bool = False
    attributes: tuple[str, ...] = ()

    def checked(self) -> "Enrolment":
        """Return itself. Raises EnrolmentError."""
        if self.reading not in READINGS:
            raise EnrolmentError("reading", f"one of {', '.join(READINGS)}")
        if self.better not in ("more", "less"):
            raise EnrolmentError("better", "write more or less")
        if self.phase_days < FEWEST:
            raise EnrolmentError("phase_days", f"a baseline needs {FEWEST} days at least")
        if self.weight < 0 or self.settle < 0 or self.evidence < 1:
            raise EnrolmentError(
                "weight", "weight and settle are not negative, evidence is 1 or more"
            )
        _check_attributes(self.attributes)
        for threshold in self.thresholds:
            threshold.checked()
        return self

    def columns(self) -> dict[str, Any]:
        """Return the fields as a Stream's columns."""
        found = asdict(self)
        found["thresholds"] = [asdict(each) for each in self.thresholds]
        found["perceived_id"] = found.pop("perceived")
        found["hourly_id"] = found.pop("hourly")
        found["whole_id"] = found.pop("whole")
        found["attributes"] = list(self.attributes)
        return found


def _check_attributes(names: tuple[str, ...]) -> None:
    """Refuse attributes that cannot be asked. Raises EnrolmentError."""
    if len(set(names)) < len(names) or len(names) > MOST_ATTRIBUTES:
        raise EnrolmentError("attributes", f"at most {MOST_ATTRIBUTES}, each named once")
    strange = next((name for name in names if not re.fullmatch(ATTRIBUTE, name)), None)
    if strange is not None:
        raise EnrolmentError("attributes", f"“{strange}” cannot be an attribute of a segment")


def thresholds_from(documents: list[dict[str, Any]]) -> tuple[Threshold, ...]:
    return msgspec.convert(documents, tuple[Threshold, ...])
