"""Days as bars: height is the share kept, colour and shape are the verdict."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from troth.ui import verdicts, words
from troth.ui.charts.paths import short

HIGH, STEP, FOOT = 40, 6, 46
_COLOURED = ("kept", "at_risk", "broken")


class Day(Protocol):
    """One day of a promise: how many cases were good, of how many, and the day's verdict."""

    @property
    def date(self) -> date: ...
    @property
    def good(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def verdict(self) -> str: ...


def strip(
    days: Sequence[Day], target: float | None = None, label: str = "", *, low: bool = False
) -> SafeString:
    """Return bars for `days` (oldest first), a line at `target` (0..1), and the axis below.

    `label` says what is shown and begins the text alternative. `low` gives the flat bars that a
    component has: full height each day, the colour alone differing, and no axis.
    """
    if not days:
        return SafeString("")
    svg = format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}</svg>',
        len(days) * STEP - 2,
        FOOT,
        _summary(days, target, label),
        _bars(days, low=low),
        _target(len(days), None if low else target),
    )
    if low:
        return format_html('<div class="strip low">{}</div>', svg)
    return format_html('<div class="strip">{}{}</div>', svg, _axis(days, target))


def strip_table(days: Sequence[Day]) -> SafeString:
    """Return the numbers behind a strip, newest first, folded."""
    row = '<tr><th scope="row">{}</th><td>{}</td><td class="number">{}</td>'
    rows = format_html_join(
        "",
        row + '<td class="number">{}</td></tr>',
        (
            (words.day(d.date), _word(d), words.number(d.good), words.number(d.total))
            for d in reversed(days)
        ),
    )
    return format_html(
        '<details class="behind"><summary>{}</summary><div class="scroll" tabindex="0" '
        'role="region" aria-label="{}"><table class="tight"><thead><tr><th scope="col">{}</th>'
        '<th scope="col">{}</th><th scope="col" class="number">{}</th>'
        '<th scope="col" class="number">{}</th></tr></thead><tbody>{}</tbody></table></div>'
        "</details>",
        _("Day by day, in numbers"),
        _("Day by day, in numbers"),
        _("Day"),
        _("Verdict"),
        _("Good"),
        _("All"),
        rows,
    )


def _bars(days: Sequence[Day], *, low: bool) -> SafeString:
    paths: dict[str, list[str]] = {}
    for index, day in enumerate(days):
        kind = _kind(day)
        height = HIGH if low else max(1.5, HIGH * day.good / max(day.total, 1))
        paths.setdefault(kind, []).append(_bar(index * STEP + 2, height, kind, day.total))
    return format_html_join(
        "", '<path class="{}" d="{}"/>', ((kind, "".join(paths[kind])) for kind in sorted(paths))
    )


def _bar(x: int, height: float, kind: str, total: int) -> str:
    """Return one bar. At risk has a notch near its foot; broken has a mark below; none a dash."""
    if not total:
        return f"M{x} 40v-3"
    if kind == "at_risk" and height > 10:  # noqa: PLR2004 - room for the notch
        return f"M{x} 40v-5m0-3V{short(HIGH - height)}"
    foot = "m0 2.5v3" if kind == "broken" else ""
    return f"M{x} {short(HIGH - height)}V40{foot}"


def _kind(day: Day) -> str:
    key = verdicts.key(day.verdict)
    return key if day.total and key in _COLOURED else "none"


def _word(day: Day) -> str:
    return verdicts.word(day.verdict) if day.total else verdicts.word("no_data")


def _target(count: int, target: float | None) -> SafeString:
    if target is None:
        return SafeString("")
    path = f"M0 {short(HIGH * (1 - float(target)))}H{count * STEP}"
    return mark_safe(f'<path class="target" d="{path}"/>')  # noqa: S308 - numbers only


def _axis(days: Sequence[Day], target: float | None) -> SafeString:
    middle = _("target %(share)s") % {"share": words.target(target)} if target is not None else ""
    return format_html(
        '<p class="axis" aria-hidden="true"><span>{}</span><span>{}</span><span>{}</span></p>',
        words.day(days[0].date, short=True),
        middle,
        words.day(days[-1].date, short=True),
    )


def _summary(days: Sequence[Day], target: float | None, label: str) -> str:
    counts = Counter(_word(day) for day in days)
    said = ", ".join(f"{count} {word}" for word, count in counts.most_common())
    first, last = words.day(days[0].date), words.day(days[-1].date)
    text = _("%(label)s Days from %(first)s to %(last)s: %(said)s.") % {
        "label": label,
        "first": first,
        "last": last,
        "said": said,
    }
    if target is not None:
        text += " " + _("The line is the target, %(share)s.") % {"share": words.target(target)}
    return text.strip()
