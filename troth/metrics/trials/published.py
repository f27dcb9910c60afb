"""Outcomes whose figures others published, told as signals, stored, and asked as anybody asks.

They are measured in a place of their own, a process with an empty installation that is thrown away
afterwards, so that nothing reaches the data of the one that asks. That process runs this file:

    python -m troth.metrics.trials.published FOLDER cdnow airport telephone
"""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from troth.core.windows import Span
from troth.metrics.trials.figure import Figure, missing
from troth.signals.envelope import Signal

if TYPE_CHECKING:
    from troth.metrics.outcomes.results import Outcome

_LATER = datetime(2026, 1, 1, tzinfo=UTC)
_QUARTER = Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 4, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Published:
    """A file, the signals in it, and the figures that it must give."""

    need: str
    signals: Callable[[Path], Iterator[Signal]]
    figures: Callable[[], Iterator[Figure]]


def figures(*, data: Path) -> Iterator[Figure]:
    """Yield the figures as they are measured; their data are in the folder `data`."""
    here = []
    for name, one in PUBLISHED.items():
        absent = missing(data, "outcomes", one.need)
        yield from absent
        here += [] if absent else [name]
    if here:
        yield from _apart(data, here)


def _apart(data: Path, names: list[str]) -> Iterator[Figure]:
    """Yield the figures from a process that has an installation of its own.

    `DJANGO_SETTINGS_MODULE` names the settings, as in the process that asks.
    """
    with tempfile.TemporaryDirectory(prefix="troth-trials-") as place:
        around = {key: one for key, one in os.environ.items() if not key.startswith("TROTH_")}
        with subprocess.Popen(  # noqa: S603 - this interpreter and this file
            [sys.executable, "-m", __name__, str(data.resolve()), *names],
            env=around | {"TROTH_DATA": place}, stdout=subprocess.PIPE, text=True,
        ) as child:  # fmt: skip
            for line in child.stdout or ():
                yield Figure(**json.loads(line))
        if child.returncode:
            raise RuntimeError(f"outcomes could not be measured: exit code {child.returncode}")


def main(data: Path, names: list[str]) -> None:
    """Measure here, and print each figure as a line of JSON."""
    import django

    django.setup()
    from django.core.management import call_command

    from troth.signals import actions

    call_command("migrate", interactive=False, verbosity=0)
    for name in names:
        one = PUBLISHED[name]
        actions.accept(batches=[list(one.signals(data / one.need))], door="trial", now=_LATER)
        actions.seal(now=_LATER)
        for figure in one.figures():
            print(json.dumps(asdict(figure)), flush=True)  # noqa: T201 - what the parent reads


def _purchases(file: Path) -> Iterator[Signal]:
    """Yield purchases, each at the end of its day: the file names no time."""
    for number, line in enumerate(file.read_text("ascii").splitlines(), 1):
        if line.strip():
            customer, _, day, _, dollars = line.split()
            end = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
            yield Signal(source="cdnow", kind="order", key=str(number), subject=customer,
                         happened_at=end, value=float(dollars), unit="USD")  # fmt: skip


def _cdnow() -> Iterator[Figure]:
    first_39_weeks = Span(datetime(1997, 1, 1, tzinfo=UTC), datetime(1997, 10, 1, tzinfo=UTC))
    facts = _asked("churn_buying", first_39_weeks).facts
    fit = ", ".join(f"{facts[name]:.3f}" for name in ("r", "alpha", "a", "b"))
    yield _alike("CDNOW: BG/NBD r, alpha, a, b", fit, "0.243, 4.414, 0.793, 2.426")
    yield _alike("CDNOW: log-likelihood", f"{facts['log-likelihood']:.1f}", "-9582.4")


def _answers(file: Path) -> Iterator[Signal]:
    for row in _rows(file):
        said = row["NETPRO"].strip()
        yield Signal(
            source="airport", kind="survey.nps", key=row["RESPNUM"],
            happened_at=datetime(2017, 5, int(row["INTDATE"]), 12, tzinfo=UTC),
            value=float(said) if said else None,
        )  # fmt: skip


def _airport() -> Iterator[Figure]:
    may = Span(datetime(2017, 5, 1, tzinfo=UTC), datetime(2017, 6, 1, tzinfo=UTC))
    found = _asked("nps", may)
    yield _alike("SFO 2017: NPS (answers)", f"{found.value:+.2f} ({found.n:,})", "+39.84 (2,746)")


def _contracts(file: Path) -> Iterator[Signal]:
    """All run when the quarter begins; those that were lost ended in it."""
    for row in _rows(file):
        lost = row["churn"] == "Yes"
        yield Signal(
            source="telephone", kind="contract", key=row["rownames"], subject=row["rownames"],
            happened_at=_QUARTER.start - timedelta(hours=12),
            resolved_at=_QUARTER.start + timedelta(days=45) if lost else None,
            outcome="churned" if lost else None, segment={"contract": row["contract"]},
        )  # fmt: skip


def _telephone() -> Iterator[Figure]:
    from troth.metrics import queries

    whole = _asked("churn_contract", _QUARTER)
    yield _alike("Telco: churn %", _percent(whole), "26.54")
    by = queries.outcomes_by("churn_contract", by="contract", span=_QUARTER, at=_LATER)
    found = {one.segment["contract"]: _percent(one) for one in by}
    told = " / ".join(found[name] for name in ("Month-to-month", "One year", "Two year"))
    yield _alike("Telco: churn %, by month / one year / two years", told, "42.71 / 11.27 / 2.83")


def _percent(one: "Outcome") -> str:
    return f"{(one.value or 0) * 100:.2f}"


def _alike(name: str, value: str, published: str) -> Figure:
    return Figure("outcomes", name, value, published, value == published)


def _asked(name: str, span: Span) -> Any:  # noqa: ANN401 - an outcome, its facts of several types
    from troth.metrics import queries

    return queries.outcome(name, span=span, at=_LATER)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("utf-8-sig")
    yield from csv.DictReader(io.StringIO(text, newline=""))


PUBLISHED: Final = {
    "cdnow": Published("cdnow/CDNOW_sample.txt", _purchases, _cdnow),
    "airport": Published("sfo_survey/2017_SFO_Customer_Survey.csv.gz", _answers, _airport),
    "telephone": Published("telco_churn/wa_churn.csv", _contracts, _telephone),
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
