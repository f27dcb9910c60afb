"""Know someone, write down a yes or a no, forget."""

from troth.people.actions.bringing import Word, bring
from troth.people.actions.consenting import allow, withdraw
from troth.people.actions.forgetting import forget, forget_strangers
from troth.people.actions.knowing import hold, know, know_all, merge, move, prefer
from troth.people.actions.stating import state

__all__ = [
    "Word",
    "allow",
    "bring",
    "forget",
    "forget_strangers",
    "hold",
    "know",
    "know_all",
    "merge",
    "move",
    "prefer",
    "state",
    "withdraw",
]
