"""Metrics that make sense for any signal: one file each, the file's name is the metric's."""
