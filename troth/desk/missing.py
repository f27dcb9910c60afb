"""Outcomes that cannot be told yet, and of which signals each is made."""

from collections.abc import Collection
from dataclasses import dataclass

from troth.metrics import queries
from troth.metrics.queries import NamedOutcome
from troth.metrics.queries.outcome_names import KIND_BY_KIND, asks_any_kind

_OF_ANY = {
    "on_time": "cases of any kind that fall due (due_at)",
    "failures": "cases of any kind that say how they ended (outcome)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """An outcome without signals: `kinds` are those that it reads; `else_needs` in words."""

    name: str
    title: str
    kinds: tuple[str, ...]
    else_needs: str = ""


def missing(known: Collection[str]) -> list[Missing]:
    """Return the outcomes of which there are no signals, in order of title.

    What asks about any kind is a means to make metrics of, and is not an outcome by itself: on
    time and failures are, of each kind.
    """
    told = {name.partition(":")[0] for name in known}
    found = [
        _missing(one) for one in queries.outcome_definitions()
        if one.name not in told and (one.kinds or one.name in KIND_BY_KIND)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.title)


def _missing(one: NamedOutcome) -> Missing:
    needs = _OF_ANY.get(one.name, "") if asks_any_kind(one) else ""
    return Missing(one.name, one.definition.title, one.kinds, needs)
