"""Incidents' drawer: templates and the cadence as files."""

from troth.core.filing import Drawer
from troth.incidents import exporting
from troth.incidents.actions import filing
from troth.incidents.rules import documents

drawer = Drawer(
    kinds=documents.KINDS,
    declare=filing.declare_all,
    prune=filing.prune_all,
    export=exporting.documents,
)
