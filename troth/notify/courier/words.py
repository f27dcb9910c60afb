"""The words of a telling: made once for each shape, language and wording, kept while needed."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from troth.notify import standing, wording
from troth.notify.channel import Shape, Words
from troth.notify.courier.parcel import Outlet
from troth.notify.queries import wordings
from troth.notify.queries.loading import Told
from troth.notify.rules import digest
from troth.notify.rules.story import Story
from troth.notify.wording import Wordings

log = logging.getLogger(__name__)
_KEPT: Final = 1_024  # a story that names times has words for each zone
Said = tuple[Story, Words]


class Voice:
    """Speaks for one courier. `wordings` are our own templates in force."""

    def __init__(self) -> None:
        self.wordings: Wordings = wording.SHIPPED
        self._kept: OrderedDict[tuple[object, ...], Said] = OrderedDict()

    def refresh(self) -> None:
        """Take our own templates as they are now."""
        if wordings.version() != self.wordings.version:
            self.wordings = wordings.in_force()

    def said(
        self, tellings: Sequence[Told], outlet: Outlet, language: str, *, zone: str = ""
    ) -> Said:
        """Return a story, or several as one, and its words with the times of a zone."""
        zone = zone if any(_names_times(told.story) for told in tellings) else ""
        key = (
            *((told.id, told.story.revision) for told in tellings),
            outlet.lane.channel, language, zone, self.wordings.version,
        )  # fmt: skip
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._made(tellings, outlet, language, zone)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _made(self, tellings: Sequence[Told], outlet: Outlet, language: str, zone: str) -> Said:
        stories = [told.story for told in tellings]
        story = stories[0] if len(stories) == 1 else digest.together(stories, language)
        channel = outlet.channel
        if channel.shape is Shape.HOOK and story.statuspage:
            whole = {"page": standing.page(), **story.statuspage}
            story = msgspec.structs.replace(story, statuspage=whole)
        say = partial(wording.words_of, story, shape=channel.shape, language=language, zone=zone)
        words = say(limit=channel.limit, counts=channel.counts, wordings=self.wordings)
        if words.remark:
            log.warning("the shipped words were used", extra={"reason": words.remark})
        return story, words

    def personal(self, words: Words, manage: str, end: str) -> Words:
        """Return words with a reader's own links."""
        return wording.personal(words, manage_url=manage, end_url=end)


def _names_times(story: Story) -> bool:
    return bool(story.since or story.until or story.next_at)
