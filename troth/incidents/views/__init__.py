"""Screens of incidents, maintenance and breaches below /desk/status/."""
