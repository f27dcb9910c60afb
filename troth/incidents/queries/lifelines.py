"""Whether people reach the link and the hotline that a breach gives them."""

from dataclasses import dataclass

from troth.incidents.rules.lifelines import Lifeline, lifelines
from troth.incidents.rules.results import BreachShown
from troth.probes import queries as probes
from troth.probes.queries import MonitorDetail


@dataclass(frozen=True, slots=True)
class Watched:
    """A lifeline and the monitor that watches it, None where none does."""

    line: Lifeline
    monitor: MonitorDetail | None

    @property
    def state(self) -> str:
        shown = self.monitor.shown if self.monitor else None
        return "unknown" if shown is None or shown.no_data else shown.state

    @property
    def is_current(self) -> bool:
        """Return whether the monitor asks what people are told now, not what they were told."""
        return self.monitor is not None and self.line.settings.items() <= (
            self.monitor.settings.items() if self.monitor.kind == self.line.kind else set()
        )


def watched(uid: str, known: BreachShown) -> list[Watched]:
    """Return each thing that people reach for, with its monitor."""
    found = lifelines(uid, reset_url=known.reset_url, hotline=known.hotline)
    return [Watched(line, probes.monitor_detail(line.slug)) for line in found]
