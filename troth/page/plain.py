"""A checked expression in words: "its end is not later than its due time".

Built so that no word must be bent to its neighbours, which lets every language say it. What has
no words is shown as it was written.
"""

from collections.abc import Callable
from datetime import timedelta

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from troth.page.sentence import listed
from troth.signals.expressions import Role, parse
from troth.signals.grammar import Node
from troth.ui import words

_COLUMNS: dict[str, str | Lazy] = {
    "source": pgettext_lazy("of a case", "its source"),
    "key": pgettext_lazy("of a case", "its number"),
    "kind": pgettext_lazy("of a case", "its kind"),
    "touchpoint": pgettext_lazy("of a case", "its touchpoint"),
    "outcome": pgettext_lazy("of a case", "its outcome"),
    "unit": pgettext_lazy("of a case", "its unit"),
    "evidence": pgettext_lazy("of a case", "its evidence"),
    "value": pgettext_lazy("of a case", "its value"),
    "expected": pgettext_lazy("of a case", "the expected value"),
    "happened_at": pgettext_lazy("of a case", "its beginning"),
    "due_at": pgettext_lazy("of a case", "its due time"),
    "resolved_at": pgettext_lazy("of a case", "its end"),
    "recorded_at": pgettext_lazy("of a case", "the time we recorded it"),
    "good": pgettext_lazy("of a slice", "the number of good signals"),
    "total": pgettext_lazy("of a slice", "the number of signals"),
    "n": pgettext_lazy("of a slice", "the number of values"),
    "sum": pgettext_lazy("of a slice", "the sum of values"),
    "mean": pgettext_lazy("of a slice", "the mean value"),
    "share": pgettext_lazy("of a slice", "the share of good signals"),
}


def plainly(text: str, role: Role = "condition") -> str:
    """Return the expression in the language now active; as written where it has no words."""
    try:
        return _say(parse(text, role=role).node)
    except LookupError:
        return text


def _say(node: Node) -> str:
    return _SAYINGS[node.op](node)


def _column(node: Node) -> str:
    return str(_COLUMNS[str(node.value)])


def _segment(node: Node) -> str:
    return _("its “%(name)s”") % {"name": node.value}


def _quoted(node: Node) -> str:
    return _("“%(name)s”") % {"name": node.value}


def _number(node: Node) -> str:
    value = float(str(node.value))
    digits = next((n for n in range(6) if round(value, n) == value), 6)
    return words.number(value, digits)


def _duration(node: Node) -> str:
    return words.duration(timedelta(microseconds=int(str(node.value))))


def _joined(node: Node) -> str:
    form = _("%(left)s and %(right)s") if node.op == "and" else _("%(left)s or %(right)s")
    left, right = (_inside(arg, node.op) for arg in node.args)
    return form % {"left": left, "right": right}


def _inside(node: Node, joint: str) -> str:
    other = {"and": "or", "or": "and"}[joint]
    return f"({_say(node)})" if node.op == other else _say(node)


def _not(node: Node) -> str:
    (inner,) = node.args
    if inner.op == "isnull":
        return _("%(it)s is known") % {"it": _say(inner.args[0])}
    return _("not (%(it)s)") % {"it": _say(inner)}


def _missing(node: Node) -> str:
    return _("%(it)s is missing") % {"it": _say(node.args[0])}


def _any(node: Node) -> str:
    choices = [_say(choice.args[1]) for choice in node.args]
    it = _say(node.args[0].args[0])
    return _("%(it)s is one of: %(choices)s") % {"it": it, "choices": listed(choices)}


def _compared(node: Node) -> str:
    left, right = node.args
    if "seconds" in (left.op, right.op):
        left, right = _as_duration(left), _as_duration(right)
    forms = _times() if left.type == "time" else _numbers()
    return forms[node.op] % {"left": _say(left), "right": _say(right)}


def _as_duration(node: Node) -> Node:
    if node.op != "number":
        return node
    return Node("duration", "duration", value=round(float(str(node.value)) * 1_000_000))


def _times() -> dict[str, str]:
    return _numbers() | {
        "<=": _("%(left)s is not later than %(right)s"),
        "<": _("%(left)s is earlier than %(right)s"),
        ">=": _("%(left)s is not earlier than %(right)s"),
        ">": _("%(left)s is later than %(right)s"),
    }


def _numbers() -> dict[str, str]:
    return {
        "=": _("%(left)s is %(right)s"),
        "<>": _("%(left)s is not %(right)s"),
        "<=": _("%(left)s is at most %(right)s"),
        "<": _("%(left)s is less than %(right)s"),
        ">=": _("%(left)s is at least %(right)s"),
        ">": _("%(left)s is more than %(right)s"),
    }


def _sum(node: Node) -> str:
    forms = {
        "+": _("%(left)s plus %(right)s"),
        "-": _("%(left)s minus %(right)s"),
        "*": _("%(left)s times %(right)s"),
        "/": _("%(left)s divided by %(right)s"),
    }
    left, right = node.args
    return forms[node.op] % {"left": _say(left), "right": _say(right)}


def _elapsed(node: Node) -> str:
    start, end = node.args
    return _("the time from %(start)s to %(end)s") % {"start": _say(start), "end": _say(end)}


def _bare(node: Node) -> str:
    return _say(node.args[0])


_SAYINGS: dict[str, Callable[[Node], str]] = {
    "column": _column,
    "segment": _segment,
    "text": _quoted,
    "number": _number,
    "duration": _duration,
    "instant": lambda node: words.instant(node.value),  # type: ignore[arg-type]
    "date": lambda node: words.day(node.value),  # type: ignore[arg-type]
    "and": _joined,
    "or": _joined,
    "not": _not,
    "isnull": _missing,
    "any": _any,
    "seconds": _elapsed,
    "lower": _bare,
    "upper": _bare,
    **dict.fromkeys(("=", "<>", "<=", "<", ">=", ">"), _compared),
    **dict.fromkeys("+-*/", _sum),
}
