"""Everything that a score is made from, as plain values: what recompute.py reads."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from troth.promises.scoring.composing import Score
from troth.promises.scoring.constants import OTHER, Constants
from troth.promises.scoring.evidence import Evidence

_README = """\
The score of {day}, to be computed again by whoever doubts it.

    python3 -I recompute.py

needs Python 3.9 or newer and nothing else. It says what it found and what was published, and ends
with code 1 where they differ. Change counts in score.json by a tenth of a point's worth: they do.

score.json    all that the score is made of ({promises} promises). "published": the number and its
              90 % interval. "constants": weights and constants, as the rules of that day say.
              "integrity": [day, cost] of each deception. Of each promise "promised": [from, share
              that may fail], "scale": how many counts make one case (60000 for milliseconds),
              "retired", and "days": [day, kept, cases, share that might fail] for each day on
              which there were cases, days as the clocks of the organisation show them.
recompute.py  at most 100 lines, to be read. It reads score.json alone.
days.csv      the days of score.json for a spreadsheet.

What the numbers mean and why they are computed like this: docs/method.md of Troth. Promises that
are not public are in here only if the export was made with --all.
"""
FORMAT = 1
NOT_ENOUGH = "not enough evidence"


def document(found: Score, evidence: Iterable[Evidence]) -> dict[str, Any]:
    """Return a score with its data; the digits of `published` are those that are shown."""
    return {
        "format": FORMAT,
        "day": _day(found.day),
        "published": published(found),
        "constants": constants_document(found.constants),
        "integrity": [
            [_day(deed.day), getattr(found.constants.integrity, deed.kind)] for deed in found.deeds
        ],
        "promises": [_promise(each, found.constants) for each in evidence],
    }


def published(found: Score) -> list[str] | str:
    """Return the number and its interval as they are told: to a tenth of a point."""
    if found.value is None or found.band is None:
        return NOT_ENOUGH
    return [f"{each:.1f}" for each in (found.value, found.band.low, found.band.high)]


def constants_document(constants: Constants) -> dict[str, Any]:
    """Return the constants as plain values, with the weight of each pillar by its key."""
    plain = asdict(constants)
    plain["pillars"] = {pillar.key: pillar.weight for pillar in constants.pillars}
    plain["pillars"][OTHER] = constants.other
    return plain


def _promise(each: Evidence, constants: Constants) -> dict[str, Any]:
    return {
        "slug": each.slug,
        "name": each.name,
        "pillar": constants.pillar_of(each.pillar),
        "scale": each.scale,
        "retired": _day(each.retired) if each.retired is not None else None,
        "promised": [[_day(first), tolerance] for first, tolerance in each.promised],
        "days": days(each),
    }


def days(each: Evidence) -> list[list[Any]]:
    """Return [day, kept, cases, share that might fail] of a promise, segments added up."""
    found: dict[tuple[int, float], list[int]] = {}
    columns = (each.rows.day, each.rows.tolerance, each.rows.good, each.rows.total)
    for day, tolerance, good, total in zip(*(c.tolist() for c in columns), strict=True):
        one = found.setdefault((day, tolerance), [0, 0])
        one[0], one[1] = one[0] + good, one[1] + total
    return [[_day(day), *counts, tolerance] for (day, tolerance), counts in sorted(found.items())]


def text(document: Mapping[str, Any]) -> str:
    """Return the data as JSON that can be read: a line for each day of a promise."""
    rest = {name: value for name, value in document.items() if name != "promises"}
    head = json.dumps(rest, ensure_ascii=False, indent=1).removesuffix("\n}")
    promises = ",\n".join(map(_promise_text, document["promises"]))
    return f'{head},\n "promises": [\n{promises}\n ]\n}}\n'


def _promise_text(one: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in one.items() if name != "days"}
    head = json.dumps(rest, ensure_ascii=False).removesuffix("}")
    days = ",\n".join(f"    {json.dumps(day)}" for day in one["days"])
    return f'  {head}, "days": [\n{days}]}}'


def readme(document: Mapping[str, Any]) -> str:
    """Return what a stranger has to know about the files beside it."""
    return _README.format(day=document["day"], promises=len(document["promises"]))


def script() -> bytes:
    """Return the text of the script that recomputes a score from this data."""
    return Path(__file__).with_name("recompute.py").read_bytes()


def _day(ordinal: int) -> str:
    return date.fromordinal(max(1, ordinal)).isoformat()
