"""Promises' drawer: calendars, metrics, promises and exclusions as files, OpenSLO as well."""

from troth.core.filing import Drawer
from troth.promises import exporting
from troth.promises.actions import filing
from troth.promises.rules import files

drawer = Drawer(
    kinds=files.KINDS,
    declare=filing.declare_all,
    prune=filing.prune_all,
    export=exporting.documents,
    foreign=files.FOREIGN,
)
