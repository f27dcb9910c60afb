"""Probes' drawer: monitors and heartbeats as files."""

from troth.core.filing import Drawer
from troth.probes.actions import filing

drawer = Drawer(
    kinds=filing.KINDS,
    declare=filing.declare_all,
    prune=filing.prune_all,
    export=filing.documents,
)
