"""Saying that an incident began with a deploy, and taking that back."""

from datetime import datetime

from django.db import transaction

from troth.incidents.actions.asked import NotAllowed
from troth.incidents.actions.keeping import changed, held
from troth.incidents.models import Began, TimelineEntry
from troth.incidents.queries.deploys import Deploy, deploy
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name


@transaction.atomic
def begin_with(  # noqa: PLR0913 - which deploy, who says so and to whom, all named
    *, uid: str, source: str, key: str, is_public: bool, by: Actor, now: datetime
) -> Began:
    """Say that an incident began with a deploy of the hours before it; once is enough.

    It becomes a moment of the timeline; readers see that with the post-mortem where `is_public`.
    Raises NotAllowed where no such deploy is known, Incident.DoesNotExist.
    """
    row = held(uid)
    known = Began.objects.filter(incident=row, source=source, key=key).first()
    if known is not None:
        return known
    one = deploy(uid, source=source, key=key)
    if one is None:
        raise NotAllowed("no deploy of this name is known in the hours before it")
    name = published_name(by)
    moment = TimelineEntry.objects.create(
        incident=row, at=one.at, text=_text(one), is_public=is_public, by=name
    )
    found = Began.objects.create(
        incident=row, source=source, key=key, happened_at=one.at, touchpoint=one.touchpoint,
        said=one.said, moment=moment, by=name, at=now,
    )  # fmt: skip
    changed(row, now=now)
    trail(actor=by, verb="said a deploy began", thing="incident", thing_id=uid, now=now,
          after={"source": source, "key": key, "is_public": is_public})  # fmt: skip
    return found


@transaction.atomic
def take_beginning_back(*, uid: str, number: int, by: Actor, now: datetime) -> None:
    """Say that it did not begin with that deploy after all; its moment goes as well."""
    row = held(uid)
    found = Began.objects.select_related("moment").filter(incident=row, pk=number).first()
    if found is None:
        return
    if found.moment is not None:
        found.moment.delete()
    found.delete()
    changed(row, now=now)
    trail(actor=by, verb="said no deploy began", thing="incident", thing_id=uid, now=now,
          before={"source": found.source, "key": found.key})  # fmt: skip


def _text(one: Deploy) -> str:
    what = f"Deploy of {one.touchpoint}" if one.touchpoint else "Deploy"
    return f"{what}: {one.said}" if one.said else f"{what}."
