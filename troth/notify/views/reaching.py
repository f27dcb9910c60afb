"""Whom a story would reach: counted slice by slice, each answer within a second or so.

How far it came is carried by the address of the next slice, signed: nothing is kept here, and
whoever closes the window ends it.
"""

from datetime import datetime
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.notify.actions import composing_sending
from troth.notify.actions.composing_reach import Reach, Slice, begun, go_on, is_little
from troth.notify.models import Draft
from troth.notify.rules.story import Story
from troth.notify.views.composing import found
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_SALT: Final = "notify.reach"
_LIVES: Final = 3_600  # seconds


def begin(row: Draft, story: Story, *, now: datetime) -> dict[str, Any]:
    """Return what the preview shows: the whole answer if it is quick, else where it begins."""
    part = begun(now=now)
    if is_little(part):
        go_on(part, story=story)
    return shown(row, story, part)


def shown(row: Draft, story: Story, part: Slice) -> dict[str, Any]:
    """Return a slice as the templates have it."""
    url = reverse("messages:draft_reach", args=(row.uid,))
    so_far = "" if part.is_whole else f"{url}?so_far={_written(row, story, part)}"
    every = sum(one.reached for one in part.reaches)
    return {"reaches": part.reaches, "part": part, "reach_url": so_far, "reached": every}


@require_safe
@requires("support")
def reach(request: HttpRequest, uid: str) -> HttpResponse:
    """Count on from where the last slice ended."""
    row = found(uid)
    if row.state == Draft.TOLD:
        return redirect("messages:draft_preview", uid=uid)
    story = composing_sending.story_of(row)
    part = _read(request.GET.get("so_far", ""), row, story) or begun(now=clock.now())
    context = {"row": row, "story": story, **shown(row, story, go_on(part, story=story))}
    template = page_or_part(request, "notify/desk/draft_reached.html", part="draft_reach")
    return render(request, template, context)


def _written(row: Draft, story: Story, part: Slice) -> str:
    counts = [
        (one.channel, one.now, one.digest, one.quiet, one.by_why) for one in part.found.values()
    ]
    place = (part.since, part.upto, part.after)
    value = (row.uid, story.revision, part.now.isoformat(), place, counts)
    return signing.dumps(value, salt=_SALT, compress=True)


def _read(text: str, row: Draft, story: Story) -> Slice | None:
    """Return how far it came; None where that is of another text, too old or none of ours."""
    try:
        uid, revision, now, place, counts = signing.loads(text, salt=_SALT, max_age=_LIVES)
    except signing.BadSignature:
        return None
    if (uid, revision) != (row.uid, story.revision):
        return None
    reaches = {one[0]: Reach(*one) for one in counts}
    since, upto, after = place
    at = datetime.fromisoformat(now)
    return Slice(now=at, since=since, upto=upto, after=after, found=reaches)
