"""What a runner is given to do and what it reports: the same here and over HTTPS."""

import msgspec

from troth.probes.rules.results import Outcome

VERSION = 1


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A monitor as a location checks it. `settings` holds the secret ones, too.

    `last` is when its newest recorded check was due, `asked` when someone wanted it at once; both
    are milliseconds since 1970, 0 for never.
    """

    slug: str
    kind: str
    settings: dict[str, object]
    every: int  # milliseconds
    timeout: int  # milliseconds
    retries: int = 0
    condition: str = ""
    slow: int | None = None  # milliseconds
    last: int = 0
    asked: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One check. `due` is in milliseconds, the rest in microseconds.

    `number` grows with each that a process tells: what it sends again is known by it. 0: none.
    """

    slug: str
    due: int
    began: int
    took: int
    outcome: Outcome
    reason: str = ""
    phases: dict[str, int] = {}
    excerpt: str = ""
    number: int = 0


class Skip(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Checks that did not run: the first and last due instant in milliseconds, and how many."""

    slug: str
    first: int
    last: int
    count: int
    reason: str


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a location has to do. `now` is the server's clock in milliseconds."""

    revision: int
    now: int
    tasks: list[Task]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What a location tells. `holder` names the process: two with one key are told apart."""

    holder: str
    version: str = ""
    reports: list[Report] = []
    skips: list[Skip] = []
