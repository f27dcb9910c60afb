"""What was said, by whom and when. Texts that were public are never overwritten without trace."""

from troth.incidents.models.breach import Breach, BreachNotice
from troth.incidents.models.clock import Clock, Counter, Overdue, Sent
from troth.incidents.models.deploy import Began
from troth.incidents.models.faded import FadeAnswer
from troth.incidents.models.house import Cadence, Template
from troth.incidents.models.incident import Incident, Link, Opened, ShownTo, Wording
from troth.incidents.models.maintenance import Maintenance, Series
from troth.incidents.models.people import Approval, Note, Role
from troth.incidents.models.postmortem import FollowUp, Postmortem, PostmortemEdit, TimelineEntry
from troth.incidents.models.update import Edit, Update, UpdateImpact

__all__ = [
    "Approval",
    "Began",
    "Breach",
    "BreachNotice",
    "Cadence",
    "Clock",
    "Counter",
    "Edit",
    "FadeAnswer",
    "FollowUp",
    "Incident",
    "Link",
    "Maintenance",
    "Note",
    "Opened",
    "Overdue",
    "Postmortem",
    "PostmortemEdit",
    "Role",
    "Sent",
    "Series",
    "ShownTo",
    "Template",
    "TimelineEntry",
    "Update",
    "UpdateImpact",
    "Wording",
]
