"""What may be asked of the plan and of the register of claims."""

from troth.plan.queries.board import Board, GoalShown, InitiativeShown, board, goal, initiative
from troth.plan.queries.causes import causes_of, goals_for
from troth.plan.queries.claims import ClaimShown, claims, figures, one_claim
from troth.plan.queries.effects import Measured, measured
from troth.plan.queries.efforts import efforts
from troth.plan.queries.foresight import was_late
from troth.plan.queries.waiting import is_due

__all__ = [
    "Board",
    "ClaimShown",
    "GoalShown",
    "InitiativeShown",
    "Measured",
    "board",
    "causes_of",
    "claims",
    "efforts",
    "figures",
    "goal",
    "goals_for",
    "initiative",
    "is_due",
    "measured",
    "one_claim",
    "was_late",
]
