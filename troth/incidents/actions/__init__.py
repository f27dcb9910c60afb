"""Write: what may be done with incidents. Every change leaves a row and a line in the trail."""

from troth.incidents.actions.asked import (
    History,
    Message,
    NeedsSecond,
    NotAllowed,
    Opening,
    Overtaken,
)
from troth.incidents.actions.breaching import (
    Findings,
    learn,
    notify_breach,
    report_breach,
)
from troth.incidents.actions.crew import ROLES, hand_over, note, sign_off
from troth.incidents.actions.deploying import begin_with, take_beginning_back
from troth.incidents.actions.drafting import prepared
from troth.incidents.actions.editing import (
    backdate,
    correct_impacts,
    edit_update,
    redraft,
    set_right,
)
from troth.incidents.actions.heeding import draft_for_fade, take_fade
from troth.incidents.actions.keeping import once
from troth.incidents.actions.learning import (
    change_follow_up,
    complete_follow_up,
    note_moment,
    promise_follow_up,
    publish_postmortem,
    reopen_follow_up,
    write_postmortem,
)
from troth.incidents.actions.maintaining import (
    Planning,
    advance,
    cancel,
    go_on,
    reschedule,
    schedule,
)
from troth.incidents.actions.preparing import (
    declare_cadence,
    declare_template,
    retire_template,
)
from troth.incidents.actions.recording import record
from troth.incidents.actions.relating import link, merge, unlink, unmerge
from troth.incidents.actions.repeating import end_series, plan_ahead, repeat
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
from troth.incidents.actions.watching import watch_lifelines
from troth.incidents.rules.publishing import Gap, NotReady

__all__ = [
    "ROLES",
    "Findings",
    "Gap",
    "History",
    "Message",
    "NeedsSecond",
    "NotAllowed",
    "NotReady",
    "Opening",
    "Overtaken",
    "Planning",
    "advance",
    "approve",
    "backdate",
    "begin_with",
    "cancel",
    "change_follow_up",
    "complete_follow_up",
    "correct_impacts",
    "declare_cadence",
    "declare_template",
    "discard",
    "draft",
    "draft_for_fade",
    "edit_update",
    "end_series",
    "go_on",
    "hand_over",
    "learn",
    "link",
    "merge",
    "note",
    "note_moment",
    "notify_breach",
    "once",
    "open_",
    "plan_ahead",
    "prepared",
    "preview",
    "promise_follow_up",
    "publish",
    "publish_postmortem",
    "record",
    "redraft",
    "reopen",
    "reopen_follow_up",
    "repeat",
    "report_breach",
    "reschedule",
    "resolve",
    "restore",
    "retire_template",
    "schedule",
    "set_right",
    "sign_off",
    "take_beginning_back",
    "take_fade",
    "unlink",
    "unmerge",
    "update",
    "watch_lifelines",
    "write_postmortem",
]
