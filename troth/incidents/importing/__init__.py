"""Bringing the history of another status page here: as it is, with what is odd about it flagged."""
