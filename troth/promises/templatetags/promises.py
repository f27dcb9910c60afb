"""`{% load promises %}`: remedies said one way."""

from django import template

from troth.promises import words
from troth.promises.rules.remedies import RemedyState

register = template.Library()


@register.filter
def remedy_word(state: RemedyState) -> str:
    return words.remedy(state)
