"""Everything that changes who may do what, and the trail that remembers it."""

from troth.staff.actions.audit import note
from troth.staff.actions.links import LinkGone, invite, join, owner_link, password_link, withdraw
from troth.staff.actions.people import (
    LastOwner,
    change_role,
    choose_zone,
    rename,
    restore,
    suspend,
)
from troth.staff.actions.tokens import issue, mark_used, revoke

__all__ = [
    "LastOwner",
    "LinkGone",
    "change_role",
    "choose_zone",
    "invite",
    "issue",
    "join",
    "mark_used",
    "note",
    "owner_link",
    "password_link",
    "rename",
    "restore",
    "revoke",
    "suspend",
    "withdraw",
]
