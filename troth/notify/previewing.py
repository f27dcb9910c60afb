"""A story in every channel and language, as each would really say it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from django.conf import settings
from django.utils.translation import get_language_info

from troth.notify import catalogue, proving
from troth.notify.channel import Channel, Letter, Shape
from troth.notify.channels.webhook import body_of
from troth.notify.models import Outlet
from troth.notify.proving import Preview
from troth.notify.rules.story import Story
from troth.notify.wording import Wordings

_FORTY = 40  # letters of a sample's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One channel in one language. `is_over`: it is longer than the channel takes at once."""

    language: str
    name: str
    preview: Preview

    @property
    def is_over(self) -> bool:
        return bool(self.preview.limit) and self.preview.measured > self.preview.limit

    @property
    def parts(self) -> int:
        """As how many messages it goes, and is paid: only of an SMS it is ever more than one."""
        return self.preview.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class InChannel:
    """A channel with its versions side by side. `is_used`: it can be sent through as it stands."""

    key: str
    channel: Channel
    is_used: bool
    versions: tuple[Version, ...]

    @property
    def is_mail(self) -> bool:
        return self.channel.shape is Shape.MAIL


def language_name(language: str) -> str:
    """Return a language as its speakers call it."""
    try:
        return str(get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language


def languages() -> dict[str, str]:
    """Return the installation's languages by their names, the first one first."""
    return {one: language_name(one) for one in settings.TROTH.languages}


def in_channels(
    story: Story, *, wordings: Wordings, wanted: Sequence[str], spoken: Sequence[str], at: datetime
) -> list[InChannel]:
    """Return a story in the `wanted` channels and `spoken` languages; those in use come first."""
    used = in_use()
    known = catalogue.all_channels()
    found = [
        InChannel(
            key=key, channel=known[key], is_used=key in used,
            versions=tuple(
                Version(language=one, name=language_name(one),
                        preview=_preview(story, known[key], one, wordings, at))
                for one in spoken
            ),
        )
        for key in wanted
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.is_used, one.key != "email", one.key))


def in_use() -> set[str]:
    """Return the channels that can be sent through: they need no outlet, or have one."""
    rows = set(Outlet.objects.filter(retired_at=None).values_list("channel", flat=True))
    bare = {key for key, one in catalogue.all_channels().items() if one.settings is None}
    return rows | bare | ({"email"} if settings.TROTH.email_url else set())


def _preview(
    story: Story, channel: Channel, language: str, wordings: Wordings, at: datetime
) -> Preview:
    shown = proving.preview(story, channel=channel, language=language, wordings=wordings)
    if channel.shape is not Shape.HOOK:
        return shown
    manage = f"{settings.TROTH.base_url}/subscription/…/"
    letter = Letter(id="msg_" + "0" * _FORTY, words=shown.words, story=story, language=language,
                    manage_url=manage, end_url=f"{manage}end")  # fmt: skip
    body = msgspec.json.format(body_of(letter, at), indent=2).decode()
    return replace(shown, words=replace(shown.words, text=body), measured=len(body))
