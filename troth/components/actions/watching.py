"""Which monitors and heartbeats watch a component."""

from collections.abc import Sequence
from datetime import datetime

from troth.components.actions.following import follow
from troth.components.actions.marking import owe_account, second
from troth.components.models import Component, Watch
from troth.components.rules.combining import FAR
from troth.components.rules.documents import Watched


def watch(*, component: Component, watches: Sequence[Watched], now: datetime) -> None:
    """Let these watch a component from now on, and no others. The caller holds its row."""
    wanted = dict.fromkeys((one.kind, one.slug, str(one.down)) for one in watches)
    at = second(now)
    standing = Watch.objects.filter(component=component, until=FAR)
    present = {(one.kind, one.slug, one.down): one for one in standing}
    gone = [one for key, one in present.items() if key not in wanted]
    new = [key for key in wanted if key not in present]
    for one in gone:
        one.until = at
    Watch.objects.bulk_update(gone, ["until"])
    made = [
        Watch.objects.create(component=component, kind=kind, slug=slug, down=down, since=at)
        for kind, slug, down in new
    ]
    follow([*gone, *made], now=now)
    if gone or new:
        component.refresh_from_db(fields=["account_from"])
        owe_account([component], since=at)
