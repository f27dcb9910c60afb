"""A call that reads the story aloud, twice, by Twilio and what speaks like it."""

from typing import Annotated, Final
from xml.sax.saxutils import escape

import msgspec

from troth.notify import calling, twilio
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target, named
from troth.people.rules import addresses

_VOICES: Final = {"de": "de-DE", "en": "en-GB"}
_LIMIT: Final = 1_500


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    account: Annotated[str, named("Account", "Account SID.", min_length=1)]
    token: Annotated[str, named("Token", "Auth token.", min_length=1)]
    sender: Annotated[str, named("Number", "That the call comes from.", min_length=1)]
    server: Annotated[str, named("Server", "Where it is not Twilio's own.")] = ""


def check(settings: Settings) -> None:
    if settings.server:
        calling.server(settings.server)


def hand(letter: Letter, target: Target) -> Call:
    voice = _VOICES.get(letter.language.partition("-")[0], "en-GB")
    said = f'<Say language="{voice}">{escape(letter.words.text)}</Say>'
    form = {"To": target.address, "Twiml": f'<Response>{said}<Pause length="1"/>{said}</Response>'}
    return twilio.request(target.settings, "Calls", form)


def spoken(text: str) -> int:
    """Return the length of a text as it is written down for the telephone: twice within 4,000."""
    return len(escape(text))


voice = Channel(
    label="Telephone call",
    help="A call in which the story is read aloud, twice.",
    shape=Shape.SPOKEN,
    hand=hand,
    settings=Settings,
    secrets=("token",),
    check=check,
    address=Address(label="Telephone number", check=addresses.phone, hint="+49 151 23456789"),
    limit=_LIMIT,
    counts=spoken,
    per_second=1,
    reads=twilio.reads,
)
