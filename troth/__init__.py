"""Troth: what a company promises, judged on what happened, shown to everyone."""

__version__ = "0.1.0"
