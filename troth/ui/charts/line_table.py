from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from troth.ui import words


class Reading(Protocol):
    @property
    def at(self) -> date: ...
    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def href(self) -> str: ...
    @property
    def n(self) -> int | None: ...


Column = tuple[str, Callable[[Reading], str]]  # what is over it, and what it says of a point


def line_table(
    points: Sequence[Reading],
    say: Callable[[float | None], str],
    label: str,
    said: tuple[str, Callable[[date], str] | None],
) -> SafeString:
    """Return the numbers behind a line, newest first, folded; `label` tells it from others.

    `said` is what is over that which lies around each value, where anything does, and what says
    the time of a point where they lie closer than days.
    """
    band, clock = said
    columns: list[Column] = [(_("Value"), lambda point: say(point.value))]
    if any(point.low is not None for point in points):
        columns.append((band, lambda point: _between(point, say)))
    if any(point.n is not None for point in points):
        columns.append((_("Cases"), lambda point: words.number(point.n)))
    cell, head = '<td class="number">{}</td>', '<th scope="col" class="number">{}</th>'
    rows = format_html_join(
        "",
        f'<tr><th scope="row">{{}}</th>{cell * len(columns)}</tr>',
        (
            (_linked(p, clock or words.day), *(write(p) for _name, write in columns))
            for p in reversed(points)
        ),
    )
    return format_html(
        '<details class="behind"><summary>{0}</summary><div class="scroll" tabindex="0" '
        'role="region" aria-label="{0}: {4}"><table class="tight"><thead><tr>'
        '<th scope="col">{1}</th>{2}</tr></thead><tbody>{3}</tbody></table></div></details>',
        _("The numbers behind this chart"),
        _("Time") if clock else _("Day"),
        format_html_join("", head, ((name,) for name, _write in columns)),
        rows,
        label,
    )


def _linked(point: Reading, when: Callable[[date], str]) -> str:
    text = when(point.at)
    return format_html('<a href="{}">{}</a>', point.href, text) if point.href else text


def _between(point: Reading, say: Callable[[float | None], str]) -> str:
    if point.low is None or point.high is None:
        return words.NOTHING
    return f"{say(point.low)} {words.NOTHING} {say(point.high)}"
