"""Write: what may be done with components. Every change leaves a row and a line in the trail."""

from troth.components.actions.accounting import account, is_owing
from troth.components.actions.declaring import (
    arrange,
    declare_component,
    declare_group,
    retire_component,
    retire_group,
)
from troth.components.actions.following import heed, is_behind
from troth.components.actions.marking import has_turned, turn_over
from troth.components.actions.pages import (
    declare_audience,
    declare_formula,
    declare_page,
    end_links,
    invite,
    retire_page,
)
from troth.components.actions.saying import (
    UnknownComponentError,
    affect,
    relieve,
    say,
    take_back,
    unsay,
    withdraw,
)
from troth.components.actions.telling import is_untold, tell_changes

__all__ = [
    "UnknownComponentError",
    "account",
    "affect",
    "arrange",
    "declare_audience",
    "declare_component",
    "declare_formula",
    "declare_group",
    "declare_page",
    "end_links",
    "has_turned",
    "heed",
    "invite",
    "is_behind",
    "is_owing",
    "is_untold",
    "relieve",
    "retire_component",
    "retire_group",
    "retire_page",
    "say",
    "take_back",
    "tell_changes",
    "turn_over",
    "unsay",
    "withdraw",
]
