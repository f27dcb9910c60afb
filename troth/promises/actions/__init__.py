"""Write: what may be done with promises. Every change leaves a row and a line in the trail."""

from troth.promises.actions.calendaring import (
    CalendarInUseError,
    declare_calendar,
    remove_calendar,
    write_calendar,
)
from troth.promises.actions.declaring import declare, end_suspension, retire, suspend
from troth.promises.actions.excluding import Cases, exclude, withdraw_exclusion
from troth.promises.actions.judging import Judged, bring_up_to_date, is_due, judge_all
from troth.promises.actions.remedying import Overtaken, record_remedy

__all__ = [
    "CalendarInUseError",
    "Cases",
    "Judged",
    "Overtaken",
    "bring_up_to_date",
    "declare",
    "declare_calendar",
    "end_suspension",
    "exclude",
    "is_due",
    "judge_all",
    "record_remedy",
    "remove_calendar",
    "retire",
    "suspend",
    "withdraw_exclusion",
    "write_calendar",
]
