"""Which promises a list shows and in which order: one meaning for desk and API. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from troth.promises.rules.results import Standing, Verdict

# What needs a person first comes first.
WORST_FIRST = (
    Verdict.BROKEN,
    Verdict.AT_RISK,
    Verdict.NO_DATA,
    Verdict.NOT_ENOUGH,
    Verdict.SUSPENDED,
    Verdict.KEPT,
)
_UNMEASURED = 2.0  # sorts after every share


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list is asked for; an empty text asks for all."""

    search: str = ""
    verdict: str = ""
    pillar: str = ""
    visibility: str = ""
    sort: str = "verdict"


def _margin(standing: Standing) -> float:
    if standing.share is None:
        return _UNMEASURED
    return standing.share - float(standing.target)


SORTS: dict[str, Callable[[Standing], Any]] = {
    "verdict": lambda one: (WORST_FIRST.index(one.verdict), _margin(one)),
    "name": lambda one: one.name.casefold(),
    "share": lambda one: _UNMEASURED if one.share is None else one.share,
    "margin": _margin,
    "cases": lambda one: -one.total,
    "position": lambda one: one.position,
}


def select(standings: Sequence[Standing], choice: Choice) -> list[Standing]:
    """Return those asked for. An unknown sort is the first one; ties go by position and slug."""
    key = SORTS.get(choice.sort, SORTS["verdict"])
    found = [one for one in standings if _fits(one, choice)]
    return sorted(found, key=lambda one: (key(one), one.position, one.slug))


def counts(standings: Sequence[Standing]) -> dict[Verdict, int]:
    """Return how many promises have each verdict, worst first; verdicts nobody has are left out."""
    found = Counter(one.verdict for one in standings)
    return {verdict: found[verdict] for verdict in WORST_FIRST if found[verdict]}


def _fits(standing: Standing, choice: Choice) -> bool:
    asked = (
        (choice.verdict, standing.verdict.value),
        (choice.pillar, standing.pillar),
        (choice.visibility, standing.visibility),
    )
    return all(not wish or wish == has for wish, has in asked) and _says(standing, choice.search)


def _says(standing: Standing, search: str) -> bool:
    said = f"{standing.name} {standing.text} {standing.slug} {standing.touchpoint}".casefold()
    return all(word in said for word in search.casefold().split())
