"""A day beyond three sigmas: a special cause (S2.44). Drawn always, an alarm within the budget."""

from collections.abc import Sequence

from troth.metrics.drift.cases import Case, openings, runs_of
from troth.metrics.drift.limits import SPECIAL, Limits, split
from troth.metrics.drift.normal import straightened, widened
from troth.metrics.drift.panels import Flags
from troth.metrics.drift.readings import Distances

_CALM = 2  # judged days within the limits that end a special cause


def spikes(
    found: Distances, limits: Limits, *, alive: Flags, by_hour: Sequence[bool] = ()
) -> list[Case]:
    """Return the special causes of each row, on both sides. Only the worse one may be an alarm.

    `by_hour`: rows whose days are looked at before they are whole, out of the same budget.
    """
    limit_of = [split(limits.spike)[0] if each else limits.spike for each in by_hour]
    z = found.z
    outside = found.judged & (abs(z) > SPECIAL)
    calm = runs_of(~outside & found.judged, _CALM)
    cases = []
    for one in openings(outside, calm, alive=alive):
        days = slice(one.opened, one.closed)
        seen = z[one.row, days][found.judged[one.row, days]]
        most = float(seen[abs(seen).argmax()])
        day = one.opened + int(abs(z[one.row, days] * found.judged[one.row, days]).argmax())
        chosen = limit_of[one.row] if limit_of else limits.spike
        limit = float(widened(chosen, found.freedom[one.row]))
        straight = float(straightened(z[one.row, one.opened], found.skew[one.row, one.opened]))
        first = float(z[one.row, one.opened])
        cases.append(
            Case(
                row=one.row, kind="spike", opened=one.opened, closed=one.closed, onset=one.opened,
                size=first * float(found.sigma[one.row, one.opened]), rings=straight > limit,
                why_closed="" if one.closed is None else "two days within the limits",
                evidence={
                    "z": round(first, 3), "most": round(most, 3), "most_day": day,
                    "side": "worse" if first > 0 else "better", "limit": SPECIAL,
                    "alarm_limit": round(limit, 3),
                    "expected": float(found.expected[one.row, one.opened]),
                },
            )
        )  # fmt: skip
    return cases
