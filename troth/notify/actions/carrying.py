"""Places that are read, not written to, say which revision of each story they show."""

from collections.abc import Mapping
from datetime import datetime

from troth.notify.models import Carried, Thread


def carry(*, place: str, revisions: Mapping[str, str], now: datetime) -> int:
    """Note that a place shows these revisions, by the thing told of; return how many are new.

    What was never told is left out: nobody waits for it there. One question where nothing changed.
    """
    known = dict(Thread.objects.filter(about__in=revisions).values_list("about", "pk"))
    before = Carried.objects.filter(thread__in=known.values(), place=place)
    shown = dict(before.values_list("thread", "revision"))
    rows = [
        Carried(thread_id=pk, place=place, revision=revisions[about], at=now)
        for about, pk in known.items()
        if shown.get(pk) != revisions[about]
    ]
    Carried.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["thread", "place"],
        update_fields=["revision", "at"],
    )
    return len(rows)
