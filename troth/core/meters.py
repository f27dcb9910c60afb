"""Counters that `/metrics` shows. One place declares them, each package turns its own.

Several web processes share them through files: `troth web` sets PROMETHEUS_MULTIPROC_DIR before
anything is imported, and whichever process answers `/metrics` adds them all up.
"""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("troth_requests", "Requests answered.", ("route", "method", "status"))
SECONDS = Histogram(
    "troth_request_seconds",
    "Seconds from request to answer.",
    ("route",),
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
# outcome: accepted, refused (a line that could not be read), turned_away (full or busy)
SIGNALS = Counter("troth_signals", "Signals that knocked at a door.", ("outcome",))
