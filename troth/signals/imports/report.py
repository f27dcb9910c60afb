"""What an import came to, in sentences."""

from collections.abc import Iterator

import msgspec

from troth.signals.imports.problems import listed
from troth.signals.imports.summary import Summary

_SAMPLES = 5
_REASONS = 20


def written(summary: Summary, *, dry_run: bool) -> str:
    """Return the report of one file as lines of text."""
    return "\n".join(_lines(summary, dry_run=dry_run))


def _lines(summary: Summary, *, dry_run: bool) -> Iterator[str]:
    would = "would be " if dry_run else ""
    yield f"{summary.name}: {summary.rows:,} rows, {summary.accepted:,} {would}accepted"
    yield from _counts(summary)
    if summary.first and summary.last:
        yield f"  happened from {summary.first:%Y-%m-%d %H:%M} to {summary.last:%Y-%m-%d %H:%M} UTC"
    yield from _refused(summary, would)
    if dry_run:
        yield from _preview(summary)


def _counts(summary: Summary) -> Iterator[str]:
    if summary.new is not None:
        yield f"  {summary.new:,} new, {summary.known or 0:,} already known"
    if summary.skipped:
        yield f"  {summary.skipped:,} left out by skip_when"
    if summary.flagged:
        yield f"  {summary.flagged:,} flagged: resolved before they happened"
    if summary.future:
        yield f"  {summary.future:,} happened in the future, by their own account"
    for warning in summary.warnings:
        yield f"  {warning}"


def _refused(summary: Summary, would: str) -> Iterator[str]:
    if not summary.refused:
        return
    yield f"  {summary.refused:,} {would}refused:"
    for reason in summary.by_reason()[:_REASONS]:
        field = f"{reason.field} " if reason.field else ""
        yield f"    {reason.count:,} times: {field}{reason.example} (first in line {reason.line:,})"
    if summary.refused_file:
        yield f"  the refused lines are in {summary.refused_file}: mend them and import that file"


def _preview(summary: Summary) -> Iterator[str]:
    if summary.unmapped:
        yield f"  columns that the mapping leaves out: {listed(summary.unmapped)}"
    for signal in summary.samples[:_SAMPLES]:
        yield f"  {msgspec.json.encode(signal).decode()}"
