"""What is drawn in the weekly audit: the score of the last weeks, and the pillars."""

from datetime import date
from typing import Final

from troth.desk.reporting import pictures
from troth.desk.reporting.pictures import Picture
from troth.desk.reporting.sections import Figures
from troth.promises.scoring.constants import OTHER
from troth.ui.charts import Point, Range

_AS_PROMISED: Final = 80.0  # points of “just as promised” (docs/method.md)


def pictures_of(content: Figures) -> tuple[Picture, ...]:
    """Return the pictures; none where nothing has a number."""
    return (*_score(content), *_pillars(content))


def _score(content: Figures) -> tuple[Picture, ...]:
    days = content.get("score_days", ())  # older reports have none
    points = [
        Point(date.fromisoformat(one["day"]), one["value"], one["low"], one["high"]) for one in days
    ]
    return pictures.course("The score by day", points, "points", "90 % interval")


def _pillars(content: Figures) -> tuple[Picture, ...]:
    rows = [_row(one) for one in content["pillars"] if one["key"] != OTHER or one["promises"]]
    return pictures.ranges(
        "The pillars", rows, "", "dot: points", "bar: 90 % interval", "ring: the week before",
        "upright: 80, just as promised",
    )  # fmt: skip


def _row(one: Figures) -> Range:
    points, change = one["points"], one["change"]
    if points is None:
        remark = "not enough evidence" if one["promises"] else "nothing is promised"
        return Range(one["name"], None, remark=remark)
    before = points - change if change is not None else None
    return Range(one["name"], points, one["low"], one["high"], _AS_PROMISED, before)
