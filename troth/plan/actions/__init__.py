"""What changes the plan, and the register of claims."""

from troth.plan.actions.claiming import Quote, claim, retire, write_claim
from troth.plan.actions.guarding import ImpossibleError, OvertakenError
from troth.plan.actions.guessing import guess_effort
from troth.plan.actions.judging import judge
from troth.plan.actions.mending import set_goal_for_fade
from troth.plan.actions.setting import Aim, change_goal, close, reopen, set_goal
from troth.plan.actions.undertaking import (
    Task,
    Wish,
    change_task,
    drop,
    expect,
    resume,
    ship,
    undertake,
    unship,
)

__all__ = [
    "Aim",
    "ImpossibleError",
    "OvertakenError",
    "Quote",
    "Task",
    "Wish",
    "change_goal",
    "change_task",
    "claim",
    "close",
    "drop",
    "expect",
    "guess_effort",
    "judge",
    "reopen",
    "resume",
    "retire",
    "set_goal",
    "set_goal_for_fade",
    "ship",
    "undertake",
    "unship",
    "write_claim",
]
