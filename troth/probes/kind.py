"""What a kind of monitor is: one file in `kinds/`, one value of `Kind`, one test. Nothing else.

    redis = Kind(
        label="Redis",
        settings=Settings,              # a frozen msgspec.Struct; each field says what it is for
        probe=probe,                    # async (settings, Limits) -> Finding
        address=lambda s: s.host,       # whom it burdens: a target's checks wait for each other
        facts={"pong": "it answered"},  # what a condition may ask for
        secrets=("password",),          # fields that are kept encrypted and never shown again
    )

The probe does the protocol with a library, within `limits`, and tells what it saw. A target that
cannot be reached is no exception: it is `Finding(error="…")`, or any OSError, TimeoutError or
ProbeError, which `words.plain` puts into words. Whether what was seen is good is for the condition
to judge. Everything that connects goes through `guard`, so that no monitor reaches into a private
network. Imports of heavy libraries stand inside the probe: what nobody watches costs no memory.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from troth.core import described
from troth.core.egress import UnreachableError
from troth.probes.rules.facts import Fact

# Facts of every kind.
EVERYWHERE: Final[Mapping[str, str]] = {
    "time": "seconds from start to end, for example time < 500ms",
    "phase": "seconds of each phase: phase.dns, phase.connect, phase.tls, phase.first_byte …",
}


# What went wrong, in words that a reader of the desk understands.
ProbeError = UnreachableError

# How a field of settings is called on the desk, and what it is for.
named: Final = described.named


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`timeout` is in seconds; `facts` are the first words of what the condition asks for.

    `private` says that addresses of private networks may be reached.
    """

    timeout: float
    private: bool = False
    facts: frozenset[str] = frozenset()

    def wants(self, *names: str) -> bool:
        """Return whether the condition asks for one of these facts."""
        return not self.facts.isdisjoint(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a probe saw. `error` is why it could not be completed.

    `degraded` is why it counts as degraded where the condition holds: it works, but not fully.
    `phases` are seconds by name, in the order in which they came. `excerpt`, or what it returns, is
    kept as evidence of a failure.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    phases: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    degraded: str = ""
    excerpt: str | Callable[[], str] = ""

    def shown(self) -> str:
        return self.excerpt if isinstance(self.excerpt, str) else self.excerpt()


Probe = Callable[[Any, Limits], Awaitable[Finding]]


def _as_they_are(settings: Any) -> Any:  # noqa: ANN401 - settings of any kind
    return settings


def _nothing(_settings: Any) -> None:  # noqa: ANN401 - settings of any kind
    """Find nothing wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of monitor: see above. `check` raises ValueError for settings that make no sense.

    `condition` is what a monitor expects that says nothing; empty: that the probe completes.
    `ready` makes of the settings, once, what the probe is given each time.
    """

    label: str
    help: str
    settings: type[msgspec.Struct]
    probe: Probe
    address: Callable[[Any], str]
    facts: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    condition: str = ""
    ready: Callable[[Any], Any] = _as_they_are
    check: Callable[[Any], None] = _nothing
