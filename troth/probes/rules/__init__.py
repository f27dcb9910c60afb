"""When a check is due, what its answer means, and when a state has changed. Pure."""
