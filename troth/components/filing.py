"""Components' drawer: groups, components, pages, readers and the uptime formula as files."""

from troth.components import exporting
from troth.components.actions import filing
from troth.components.rules import documents
from troth.core.filing import Drawer

drawer = Drawer(
    kinds=documents.KINDS,
    declare=filing.declare_all,
    prune=filing.prune_all,
    export=exporting.documents,
)
