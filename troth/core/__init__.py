"""Ground floor: registry, ids, windows, the worker loop, and the one place that reads the clock."""
