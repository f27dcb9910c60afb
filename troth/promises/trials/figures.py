"""Every figure of the score in one list, in the manner of those of drift."""

from collections.abc import Iterator
from pathlib import Path

from troth.metrics.trials.figure import Figure, missing
from troth.promises.scoring.constants import SHIPPED
from troth.promises.trials import adding, forecasts
from troth.promises.trials.adding import PROMISES
from troth.promises.trials.forecasts import Way

_LOW, _HIGH, _SECONDS, _REST = 0.85, 0.95, 5.0, 1e-9


def figures(*, data: Path, promises: int = PROMISES) -> Iterator[Figure]:
    """Yield the figures as they are measured; those on real data read it in the folder `data`."""
    yield from _added(promises)
    for way in forecasts.WAYS:
        yield from missing(data, "forecasts", way.need) or _held(way, data)
    for need, read in forecasts.HALVED:
        found = missing(data, "half-lives", need)
        yield from found
        if not found:
            trial = forecasts.half_lives(read(data))
            usual = SHIPPED.half_life
            least, now = trial.losses[trial.best], trial.losses[usual]
            yield Figure(
                "half-lives", f"{read.__name__}: log-loss {least:.4f}; {now:.4f} at {usual:g} days",
                f"{trial.best:g} days",
            )  # fmt: skip


def _added(promises: int) -> Iterator[Figure]:
    found = adding.added(promises)
    yield Figure(
        "attribution", f"of {found.change:+.3f} points in {adding.BACK} days, causes leave over",
        f"{found.rest:.0e}", f"< {_REST:.0e}", found.rest < _REST,
    )  # fmt: skip
    yield Figure(
        "cost", f"{promises:,} promises of {adding.DAYS} days scored", f"{found.scoring:.1f} s",
        f"< {_SECONDS:.0f} s", found.scoring < _SECONDS,
    )  # fmt: skip
    yield Figure("cost", "… and why that moved", f"{found.attributing:.1f} s")


def _held(way: Way, data: Path) -> Iterator[Figure]:
    held = forecasts.held(way, data)
    yield Figure(
        "forecasts", f"{way.name}: 90 % intervals hold the next of {held.periods:,}",
        f"{held.cover:.1%}", "85-95 %", _LOW <= held.cover <= _HIGH,
    )  # fmt: skip
    for name, losses in (("log-loss", held.log_loss), ("Brier", held.brier)):
        own, last, whole = (f"{each:.4f}" for each in losses)
        yield Figure(
            "forecasts", f"… {name}; of the last period {last}", own, f"< {whole} over all time",
            losses[0] < losses[2],
        )  # fmt: skip
