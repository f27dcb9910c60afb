"""The desk's screens about promises, by noun."""
