"""Statuspage's public API v2, field by field, from the same picture as the page."""
