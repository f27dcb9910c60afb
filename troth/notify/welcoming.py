"""Whether a stranger's form is taken: one rule for every public form."""

from datetime import datetime, timedelta

from troth.notify import riddles
from troth.notify.actions.knocking import knock
from troth.notify.forms.guarding import GuardedForm
from troth.notify.rules import limits


class NotByHandError(Exception):
    """No riddle was solved, and nobody seems to have filled it in: it is asked for once more."""


class TooManyError(Exception):
    """There were too many from one network; `wait` says until when."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many from one network")
        self.wait = wait


def welcome(form: GuardedForm, *, use: str, of: str, now: datetime) -> None:
    """Let a filled-in form in, and count it for where it comes from (`of`).

    Raises NotByHandError and TooManyError.
    """
    is_solved = riddles.is_solved(form.cleaned_data["riddle"], now=now)
    if not is_solved and not form.looks_made_by_hand(now=now):
        raise NotByHandError
    wait = knock(
        use=use if is_solved else f"{use} without riddle",
        of=of,
        limits=limits.SOLVED if is_solved else limits.UNSOLVED,
        now=now,
    )
    if wait:
        raise TooManyError(wait)
