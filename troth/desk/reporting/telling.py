"""How each kind of report reads."""

from collections.abc import Callable, Mapping
from typing import Final

from troth.desk.reporting import monthly_words, periods, quarterly_words, weekly_words
from troth.desk.reporting.sections import Figures, Section

NAMES: Final = {
    periods.WEEKLY: "Weekly pillar audit",
    periods.MONTHLY: "Loyalty health of a month",
    periods.QUARTERLY: "Business review of a quarter",
}
_READERS: Final[Mapping[str, Callable[[Figures], list[Section]]]] = {
    periods.WEEKLY: weekly_words.sections,
    periods.MONTHLY: monthly_words.sections,
    periods.QUARTERLY: quarterly_words.sections,
}


def sections(content: Figures) -> list[Section]:
    """Return what a report says, from the figures that were written down."""
    return _READERS[content["kind"]](content)
