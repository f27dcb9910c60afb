"""Messages' drawer: outlets as files."""

from troth.core.filing import Drawer
from troth.notify.actions import filing

drawer = Drawer(
    kinds=filing.KINDS,
    declare=filing.declare_all,
    prune=filing.prune_all,
    export=filing.documents,
)
