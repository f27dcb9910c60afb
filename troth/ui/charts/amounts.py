"""Amounts by day as bars: the highest day has the whole height. No colour, for no day is good."""

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.ui import words
from troth.ui.charts.paths import short

HIGH, STEP = 40, 6


def amounts(days: Sequence[tuple[date, int]], label: str) -> SafeString:
    """Return bars for (day, amount), oldest first, with the axis below; in words for the unseen.

    `label` says what is counted and begins the text alternative: "Views a day."
    """
    most = max((amount for _, amount in days), default=0)
    if not days:
        return SafeString("")
    path = "".join(
        f"M{index * STEP + 2} {short(HIGH - max(1.5, HIGH * amount / most))}V{HIGH}"
        for index, (_, amount) in enumerate(days)
        if amount
    )
    first, last = words.day(days[0][0]), words.day(days[-1][0])
    said = f"{label} Days from {first} to {last}, at most {words.number(most)} on one day."
    return format_html(
        '<div class="strip"><svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path class="amount" d="{}"/></svg>'
        '<p class="axis" aria-hidden="true"><span>{}</span><span>{}</span><span>{}</span></p>'
        "</div>",
        len(days) * STEP - 2,
        HIGH,
        said,
        path or f"M0 {HIGH}",
        words.day(days[0][0], short=True),
        f"at most {words.number(most)}",
        words.day(days[-1][0], short=True),
    )
