"""Prose of incidents is that of the whole house."""

from troth.core.prose import html, plain, tidy

__all__ = ["html", "plain", "tidy"]
