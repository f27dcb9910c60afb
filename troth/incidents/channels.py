"""What an incident will look like in each channel. Packages above offer what they publish.

They know us and we do not know them, so they say at the start of the process how they show an
incident (`offer`); the desk shows every one before anything is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from troth.incidents.queries.ready import address_of
from troth.incidents.rules.macro import macro_of
from troth.incidents.rules.results import IncidentShown


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel: its `name` and the very text it would send. A page is shown as a page."""

    name: str
    text: str
    is_page: bool = False
    carries: bool = True  # whether the text holds the revision


Render = Callable[[IncidentShown], Sequence[Channel]]
_offered: dict[str, Render] = {}


def offer(name: str, render: Render) -> None:
    """Say how a package shows an incident; the same name again takes its place."""
    _offered[name] = render


def of(one: IncidentShown) -> list[Channel]:
    """Return an incident in every channel, support's answer last."""
    found = [channel for render in _offered.values() for channel in render(one)]
    return [*found, _macro(one)]


def _macro(one: IncidentShown) -> Channel:
    said = macro_of(one, address=address_of(one))
    return Channel(name="Support's answer", text=said.text, carries=False)
