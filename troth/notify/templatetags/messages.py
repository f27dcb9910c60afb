"""`{% load messages %}`: what messages, channels and events are called on the desk."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from troth.core import prose
from troth.notify import catalogue
from troth.notify.rules import naming

register = template.Library()


@register.filter
def channel_name(key: str) -> str:
    """Return what a channel, or a place that is read, is called."""
    channel = catalogue.all_channels().get(key)
    return channel.label if channel else naming.place(key)


register.filter("event_name", naming.event)
register.filter("state_name", naming.state)
register.filter("fate_name", naming.fate)
register.filter("let_in_by", naming.let_in_by)


@register.filter
def markdown(text: str) -> SafeString:
    """Show Markdown as it was meant, cleaned of everything that could do harm."""
    return mark_safe(prose.html(text))  # noqa: S308 - cleaned by nh3
