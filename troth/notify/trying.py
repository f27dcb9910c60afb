"""Trying a channel: a story that says of itself that it is a test, sent at once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from troth.core import ids
from troth.core.described import SettingsError
from troth.notify import catalogue, wording
from troth.notify.carriers import http
from troth.notify.carriers.limits import Limits, unloadable
from troth.notify.channel import Letter, Shape, Target
from troth.notify.courier.handing import hand_over
from troth.notify.models import Outlet
from troth.notify.queries import wordings
from troth.notify.queries.outlets import default_outlet, settings_of
from troth.notify.rules import samples, schemes
from troth.notify.rules.results import Answer, Fate

_SECONDS: Final = 20.0
SIGNING: Final = "whsec_dHJvdGggdHJpZXMgYSBjaGFubmVs"  # of test messages: a secret to nobody
# Whose addresses are known by their host; every other web address is a program's.
_BY_LINK: Final = ("slack", "discord", "teams")
_BY_SCHEME: Final = {"mailto": "email", "tel": "sms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried: a channel, an address there, and the outlet's settings in clear."""

    channel: str
    address: str
    settings: Any = None
    secret: str = ""

    @property
    def label(self) -> str:
        return catalogue.channel(self.channel).label


def of_url(text: str) -> Trial:
    """Return what an address means: a link, mailto:, tel:, CHANNEL:ADDRESS or one of Apprise.

    Raises SettingsError, in words.
    """
    key, address = _meant(text.strip())
    channel = catalogue.channel(key)
    found = default_outlet(key)
    if channel.settings is not None and found is None and not _is_mail_ready(key):
        raise SettingsError("", f"{channel.label} needs an outlet: set one up, or name one")
    return _trial(key, address, settings_of(found) if found else None)


def of_outlet(outlet: Outlet, address: str) -> Trial:
    """Return an outlet to be tried with an address. Raises SettingsError, in words."""
    return _trial(outlet.channel, address, settings_of(outlet))


def _trial(key: str, address: str, read: Any) -> Trial:  # noqa: ANN401 - settings of any channel
    address, secret = catalogue.address(key, address), SIGNING if key == "webhook" else ""
    return Trial(channel=key, address=address, settings=read, secret=secret)


def _meant(text: str) -> tuple[str, str]:
    """Return channel and address."""
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if scheme in ("http", "https"):
        return _of_link(text), text
    if rest.startswith("//") and scheme in schemes.SCHEMES:
        return "apprise", text
    key = _BY_SCHEME.get(scheme, scheme) if colon else "email"
    if key in catalogue.all_channels() and (colon or "@" in text):
        return key, rest if colon else text
    raise SettingsError("", "write a link, mailto:…, tel:…, CHANNEL:ADDRESS or SERVICE://…")


def _of_link(text: str) -> str:
    for key in _BY_LINK:
        address = catalogue.channel(key).address
        try:
            if address and address.check(text):
                return key
        except ValueError:
            continue
    path = urlsplit(text).path
    return "mattermost" if path.startswith("/hooks/") else "webhook"


def _is_mail_ready(key: str) -> bool:
    return key == "email" and bool(settings.TROTH.email_url)


def send(trial: Trial, *, language: str, now: datetime) -> Answer:
    """Send the test story and return what the other side said."""
    channel = catalogue.channel(trial.channel)
    target = Target(
        address=trial.address,
        settings=trial.settings,
        secret=trial.secret,
        sender=getattr(trial.settings, "sender", "") or settings.TROTH.email_from,
    )
    limits = Limits(
        private=settings.TROTH.probe_private, timeout=_SECONDS,
        is_idempotent=channel.is_idempotent, reads=channel.reads,
    )  # fmt: skip
    try:
        handed = channel.hand(_letter(trial, language, now), target)
    except ImportError as error:
        return Answer(fate=Fate.LATER, said=unloadable(error))

    async def whole() -> Answer:
        try:
            answer, _ = await hand_over(handed, limits=limits)
        finally:
            await http.close()
        return answer

    return asyncio.run(whole())


def _letter(trial: Trial, language: str, now: datetime) -> Letter:
    house = settings.TROTH
    story = samples.trial(base_url=house.base_url, at=now, organisation=house.organisation)
    channel = catalogue.channel(trial.channel)
    words = wording.words_of(
        story,
        shape=channel.shape,
        language=language,
        limit=channel.limit,
        counts=channel.counts,
        wordings=wordings.in_force(),
    )
    front = f"{house.base_url}/"
    if channel.shape is not Shape.MAIL:  # a mail is personal when it is built
        words = wording.personal(words, manage_url=front, end_url=front)
    return Letter(
        id=ids.new_id("msg"), words=words, story=story, language=language, manage_url=front
    )
