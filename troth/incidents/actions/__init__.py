"""Write: what may be done with incidents. Every change leaves a row and a line in the trail."""

from troth.incidents.actions.asked import (
    History,
    Message,
    NeedsSecond,
    NotAllowed,
    Opening,
    Overtaken,
)
from troth.incidents.actions.crew import ROLES, hand_over, note
from troth.incidents.actions.editing import backdate, edit_update, redraft, set_right
from troth.incidents.actions.relating import link, merge, unlink, unmerge
from troth.incidents.actions.speaking import (
    approve,
    discard,
    draft,
    open_,
    preview,
    publish,
    reopen,
    resolve,
    restore,
    update,
)
from troth.incidents.rules.publishing import Gap, NotReady

__all__ = [
    "ROLES",
    "Gap",
    "History",
    "Message",
    "NeedsSecond",
    "NotAllowed",
    "NotReady",
    "Opening",
    "Overtaken",
    "approve",
    "backdate",
    "discard",
    "draft",
    "edit_update",
    "hand_over",
    "link",
    "merge",
    "note",
    "open_",
    "preview",
    "publish",
    "redraft",
    "reopen",
    "resolve",
    "restore",
    "set_right",
    "unlink",
    "unmerge",
    "update",
]
