"""The loyalty health of a month in words."""

from collections.abc import Iterable
from datetime import date

from troth.desk.reporting import figures, pictures
from troth.desk.reporting.pictures import Course, Steps
from troth.desk.reporting.sections import Cell, Figures, Section, Table, signed, table
from troth.metrics.outcomes.people import AGE
from troth.ui import words
from troth.ui.charts import Mark, Point

_WITHOUT = {"not_enough": "not enough evidence", "no_data": "no data", "undefined": "no value"}


def sections(content: Figures) -> list[Section]:
    """Return the figures, the retention curve, and what could not be told."""
    rows = content["outcomes"]
    told = [one for one in rows if "problem" not in one]
    curves = [one for one in told if one.get("curve") and one["curve"]["points"]]
    drawn = [picture for one in told for picture in _course(one)]
    courses = Section("courses", "Month by month", pictures=tuple(drawn))
    return [
        Section("figures", "Figures", tuple(_left_untold(content)), tuple(figures_table(told))),
        *([courses] if drawn else []),
        *map(_curve, curves),
    ]


def figures_table(rows: Iterable[Figures], before: str = "The month before") -> list[Table]:
    """Return outcomes with interval, n, what was left out, and the change."""
    columns = ("Outcome", "Figure", "n", before, "Change", "Left out")
    return table("", columns, map(_row, rows))


def _row(row: Figures) -> list[Cell]:
    months = row.get("months", 1)
    read = f"over {months} months" if months > 1 else ""
    return [
        Cell(row["title"], ", ".join(filter(None, (read, row.get("facts", {}).get(AGE, ""))))),
        figure(row),
        Cell(words.number(row["n"])),
        figure(row["before"]) if row["before"] else Cell(words.NOTHING),
        _change(row),
        Cell(figures.excluded(row) or words.NOTHING),
    ]


def figure(row: Figures) -> Cell:
    """Write a figure with its interval; without a value why there is none."""
    if row["value"] is None:
        least = f"{words.number(row['n'])} of {words.number(row['minimum_n'])} cases"
        return Cell(_WITHOUT.get(row["state"], ""), least if row["n"] else "")
    around = ""
    if row["low"] is not None:
        around = _around(row)
    return Cell(words.measured(row["value"], row["unit"]), around)


def _around(row: Figures) -> str:
    if row["unit"] == "share":
        return words.interval(row["low"], row["high"])
    low, high = (words.measured(row[end], row["unit"]) for end in ("low", "high"))
    return f"{low} to {high}"


def _change(row: Figures) -> Cell:
    change = row["change"]
    if change is None:
        return Cell(words.NOTHING)
    times, unit = (100, " pp") if row["unit"] == "share" else (1, "")
    digits = 1 if unit or row["unit"] == "points" else 2
    around = ""
    if "low" in change:
        ends = [signed(change[end] * times, digits) for end in ("low", "high")]
        around = f"{ends[0]} to {ends[1]}"
        if change["low"] <= 0 <= change["high"]:
            around += ", may be chance"
    return Cell(f"{signed(change['points'] * times, digits)}{unit}", around)


def _course(row: Figures) -> tuple[Course, ...]:
    """Return an outcome of the last months as a picture; older reports hold no months."""
    points = [
        Point(date.fromisoformat(one["day"]), one["value"], one["low"], one["high"])
        for one in row.get("course", ())
    ]
    unit = "seconds" if row["unit"] == "s" else row["unit"]
    return pictures.course(row["title"], points, unit, "95 % interval")


def _curve(row: Figures) -> Section:
    points = row["curve"]["points"]
    lines = (
        [Cell(words.number(one["x"])), Cell(words.share(one["value"]), _of_curve(one)),
         Cell(words.number(one["n"]))]
        for one in points
    )  # fmt: skip
    columns = ("Periods after the first order", "Ordered again", "Of customers")
    marks = tuple(Mark(one["x"], one["value"], one["low"], one["high"]) for one in points)
    heading = f"{row['title']}: who ordered again"
    drawn = (Steps(heading, marks, "periods after the first order"),)
    return Section(row["name"], row["title"], (), tuple(table("", columns, lines)), drawn)


def _of_curve(point: Figures) -> str:
    return words.interval(point["low"], point["high"]) if point["low"] is not None else ""


def _left_untold(content: Figures) -> Iterable[str]:
    for one in content["outcomes"]:
        if "problem" in one:
            yield f"{one['name']} could not be told: {one['problem']}."
    if content["without_signals"]:
        yield f"There are no signals of {', '.join(content['without_signals'])}."
