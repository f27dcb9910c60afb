"""What an import came to: counts, reasons, examples. Grows row by row, memory stays flat."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from troth.signals.doors.refused import Refused
from troth.signals.envelope import Signal

_QUOTED = re.compile(r"“[^”]*”|\d+")
_MOST_REASONS: Final = 200
_MOST_SAMPLES: Final = 20
_MOST_REFUSED: Final = 1_000


@dataclass(slots=True)
class Reason:
    """Lines refused for one reason: how many, and the first of them."""

    field: str
    example: str
    line: int
    count: int = 0


@dataclass(slots=True)
class Summary:
    """`flagged`: resolved before they happened. `unmapped`: columns that the mapping leaves out."""

    name: str
    rows: int = 0
    accepted: int = 0
    refused: int = 0
    skipped: int = 0
    flagged: int = 0
    future: int = 0
    first: datetime | None = None
    last: datetime | None = None
    new: int | None = None
    known: int | None = None
    unmapped: list[str] = field(default_factory=list)
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)
    samples: list[Signal] = field(default_factory=list)
    refused_lines: list[Refused] = field(default_factory=list)
    refused_file: str = ""
    warnings: list[str] = field(default_factory=list)

    def note(self, signals: Sequence[Signal], now: datetime) -> None:
        """Count signals that are fine."""
        if not signals:
            return
        self.accepted += len(signals)
        self.samples.extend(signals[: _MOST_SAMPLES - len(self.samples)])
        instants = [signal.happened_at for signal in signals]
        first, last = min(instants), max(instants)
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
        self.flagged += sum(map(_is_odd, signals))
        self.future += sum(at > now for at in instants) if last > now else 0

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Count lines that are not, by reason."""
        for one in refused:
            self.refused += 1
            if len(self.refused_lines) < _MOST_REFUSED:
                self.refused_lines.append(one)
            kind = (one.field, _QUOTED.sub("…", one.reason))
            if kind not in self.reasons and len(self.reasons) >= _MOST_REASONS:
                kind = ("", "other reasons")
            reason = self.reasons.setdefault(kind, Reason(one.field, one.reason, one.line))
            reason.count += 1

    def by_reason(self) -> list[Reason]:
        """Return the reasons, the most frequent first."""
        return sorted(self.reasons.values(), key=lambda reason: -reason.count)

    def told(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        found = {
            name: getattr(self, name)
            for name in (
                "name", "rows", "accepted", "refused", "skipped", "flagged", "future", "new",
                "known", "unmapped", "refused_file", "warnings",
            )
        }  # fmt: skip
        return {
            **found,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "reasons": [msgspec.to_builtins(reason) for reason in self.by_reason()],
            "samples": [msgspec.to_builtins(signal) for signal in self.samples],
        }


def _is_odd(signal: Signal) -> bool:
    return signal.resolved_at is not None and signal.resolved_at < signal.happened_at
