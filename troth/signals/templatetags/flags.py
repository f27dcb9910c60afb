"""What is odd about a case, in words."""

from django import template
from django.utils.translation import gettext_lazy as later

register = template.Library()
_WORDS = {
    "resolved-before-happened": later("done before it happened"),
    "future": later("happened in the future"),
}


@register.filter
def flag_words(flag: str) -> str:
    """Return a flag of the store as words."""
    return str(_WORDS.get(flag, flag))
