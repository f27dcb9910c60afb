"""`{% load components %}`: a status and its days, drawn and said one way on the desk."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.components import drawing
from troth.components.rules.results import Cause, Day, Status
from troth.components.rules.words import CAUSES, PRIVACY, WORDS

register = template.Library()


@register.simple_tag
def status(value: Status) -> SafeString:
    """Show a status by colour, shape and word."""
    return format_html('<span class="verdict is-{}">{}</span>', drawing.SHAPES[value], WORDS[value])


@register.filter
def status_word(value: Status) -> str:
    return WORDS[value]


@register.filter
def cause_word(value: Cause | None) -> str:
    return CAUSES[value] if value else ""


@register.simple_tag
def sources(refs: Sequence[str]) -> str:
    """Return who says so, in words: "monitor web"; a person is named by the word's own line."""
    return ", ".join(ref.replace(":", " ", 1) for ref in refs if not ref.startswith("word:"))


@register.filter
def privacy_word(value: str) -> str:
    return PRIVACY[value]


@register.filter
def percent(value: object, digits: int = 2) -> str:
    """Return a share as "99.95 %"; nothing known is a dash."""
    return "\u2013" if value is None else f"{float(value) * 100:.{digits}f} %"  # type: ignore[arg-type]


@register.simple_tag
def bars(days: Sequence[Day], name: str) -> SafeString:
    """Show days, oldest first, as one picture with its text."""
    said = drawing.counted(days, WORDS.__getitem__)
    return drawing.bars(days, f"{name}, {len(days)} days: {said}")
