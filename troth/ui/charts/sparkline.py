from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.ui.charts.paths import short


def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    """Return a line the height of a word; `label` says in words what it shows. None is a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return SafeString("")
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    commands, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        commands.append(f"{pen}{index * 4} {short(20 - 18 * (value - low) / spread)}")
        pen = "L"
    return format_html(
        '<svg class="spark" viewBox="0 0 {} 21" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path d="{}"/></svg>',
        max(len(values) - 1, 1) * 4,
        label,
        "".join(commands),
    )
