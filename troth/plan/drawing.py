"""The chart of an initiative: the days before it, the day it reached customers, the days after."""

from django.utils.safestring import SafeString

from troth.plan.queries.effects import Measured
from troth.ui import charts


def picture(found: Measured) -> SafeString:
    """Return the chart with the means of both phases drawn as steps, and the table behind it."""
    effect, share = found.effect, found.stream.reading == "share"
    points = [charts.Point(day, value) for day, value in found.days]
    phases = []
    if effect.before is not None and effect.after is not None:
        phases = [
            charts.Step(found.first, effect.before),
            charts.Step(found.shipped_on, effect.after),
        ]
    return charts.line(
        points,
        label=found.stream.name,
        target=phases,
        events=[charts.Event(found.shipped_on, "reached customers")],
        unit="share" if share else found.stream.unit,
        dashed="dashed: mean before and after",
        steps="The mean of the last stretch",
    )
