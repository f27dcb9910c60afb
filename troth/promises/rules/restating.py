"""Corrections that were made at once are one correction, however many days they touch. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from troth.promises.rules.results import RestatementRow


def together(rows: Iterable[RestatementRow]) -> list[RestatementRow]:
    """Return the corrections, those of one promise, instant and reason as one, newest first.

    Their counts add up; the first and the last day and how many there are stay.
    """
    ordered = sorted(rows, key=_cause)
    found = [_one(sorted(group, key=lambda row: row.date))
             for _, group in groupby(ordered, key=_cause)]  # fmt: skip
    return sorted(found, key=lambda row: (row.at, row.date), reverse=True)


def _cause(row: RestatementRow) -> tuple[object, ...]:
    return row.at, row.slug, row.reason


def _one(rows: list[RestatementRow]) -> RestatementRow:
    if len(rows) == 1:
        return rows[0]
    return replace(
        rows[0],
        before_good=sum(row.before_good for row in rows),
        before_total=sum(row.before_total for row in rows),
        after_good=sum(row.after_good for row in rows),
        after_total=sum(row.after_total for row in rows),
        days=len(rows),
        last=rows[-1].date,
    )
