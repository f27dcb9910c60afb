"""Screens of components below /desk/status/."""
