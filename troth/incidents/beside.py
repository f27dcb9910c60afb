"""What other packages know about an incident, beside what we say of it. They offer it.

They know us or stand beside us, and we do not know them, so they say at the start of the process
what they show on an incident's screen.
"""

from collections.abc import Callable
from datetime import datetime

from django.utils.safestring import SafeString

from troth.incidents.rules.results import IncidentShown

Render = Callable[[IncidentShown, datetime], SafeString]
_offered: dict[str, Render] = {}


def offer(name: str, render: Render) -> None:
    """Say what a package shows beside an incident; the same name again takes its place."""
    _offered[name] = render


def of(one: IncidentShown, *, now: datetime) -> list[SafeString]:
    """Return a section of each package."""
    return [render(one, now) for render in _offered.values()]
