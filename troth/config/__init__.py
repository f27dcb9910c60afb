"""Wiring only: settings, urls, api, schedule."""
