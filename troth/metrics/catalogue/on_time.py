from troth.metrics.rules import Metric

on_time = Metric(
    title="On time",
    at="due_at",
    where="due_at is not null",
    good="resolved_at <= due_at",
    doc=(
        "Share of cases resolved by the date that was given. A case counts on the day it falls "
        "due, whether it is resolved by then or still open: counting closed cases only would hide "
        "those that never end. Early counts as on time. Cases without a date are not counted."
    ),
)
