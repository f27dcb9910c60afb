"""Messages' drawer: outlets, routes and escalations as files."""

from collections.abc import Iterator

from troth.core.documents import Folder
from troth.core.filing import Drawer, Named, Step
from troth.core.problems import Problem
from troth.notify.actions import filing, filing_duty


def _declare(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    yield from filing.declare_all(folder, problems)
    yield from filing_duty.declare_all(folder, problems)


def _prune(folder: Folder) -> Iterator[Step]:
    yield from filing_duty.prune_all(folder)
    yield from filing.prune_all(folder)


def _export() -> Iterator[Named]:
    yield from filing.documents()
    yield from filing_duty.documents()


drawer = Drawer(
    kinds=(*filing.KINDS, "Route", "Escalation"),
    declare=_declare,
    prune=_prune,
    export=_export,
)
