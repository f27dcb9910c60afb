"""Windows in words: "28d" is "in 28 days", "1M" is "this month"."""

from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from troth.core.windows import DAY, HOUR, Calendar, parse_window


def during(window: str) -> str:
    """Return the window as the end of a sentence: "173 of 184 in 28 days"."""
    found = parse_window(window)
    if isinstance(found, Calendar):
        return {
            "D": _("today"),
            "W": _("this week"),
            "M": _("this month"),
            "Q": _("this quarter"),
            "Y": _("this year"),
        }[found.unit]
    return _("in %(time)s") % {"time": length(found.seconds)}


def length(seconds: int) -> str:
    """Return a whole number of days, hours or minutes as they follow the word "in"."""
    if seconds % DAY == 0:
        count = seconds // DAY
        return npgettext("after in", "%(n)d day", "%(n)d days", count) % {"n": count}
    if seconds % HOUR == 0:
        count = seconds // HOUR
        return npgettext("after in", "%(n)d hour", "%(n)d hours", count) % {"n": count}
    count = seconds // 60
    return npgettext("after in", "%(n)d minute", "%(n)d minutes", count) % {"n": count}
