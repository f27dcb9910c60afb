"""The desk's screens about what is watched, by noun."""
