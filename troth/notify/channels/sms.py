"""SMS by Twilio and what speaks like it, by Vonage, or by a gateway of your own."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from troth.notify import calling, twilio
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target, named
from troth.notify.rules import counting
from troth.notify.rules.results import Answer, Fate
from troth.people.rules import addresses

_VONAGE: Final = "https://rest.nexmo.com"
# Vonage's statuses that mean: later.
_NOT_NOW: Final = frozenset({"1", "5", "9"})


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    provider: Annotated[
        Literal["twilio", "vonage", "gateway"],
        named("Provider", "A gateway gets JSON with id, to, from and text at its server."),
    ]
    sender: Annotated[
        str, named("Sender", "Number, name or messaging service that it comes from.", min_length=1)
    ]
    account: Annotated[str, named("Account", "Account SID, or the API key.")] = ""
    token: Annotated[str, named("Token", "Auth token, or the API secret.")] = ""
    server: Annotated[str, named("Server", "Of the gateway; else empty.")] = ""


def check(settings: Settings) -> None:
    if settings.server:
        calling.server(settings.server)
    elif settings.provider == "gateway":
        raise ValueError("a gateway needs a server")
    if settings.provider != "gateway" and not (settings.account and settings.token):
        raise ValueError("account and token are needed")


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    text = letter.words.text
    if settings.provider == "twilio":
        return twilio.request(settings, "Messages", {"To": target.address, "Body": text})
    if settings.provider == "vonage":
        kind = "text" if counting.septets(text) is not None else "unicode"
        form = {
            "api_key": settings.account, "api_secret": settings.token, "from": settings.sender,
            "to": target.address.lstrip("+"), "text": text, "type": kind,
            "client-ref": letter.id[:40],
        }  # fmt: skip
        return Call(url=f"{calling.server(settings.server or _VONAGE)}/sms/json", form=form)
    body = {"id": letter.id, "to": target.address, "from": settings.sender, "text": text}
    return Call(url=settings.server, headers=calling.bearer(settings.token), json=body)


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what a provider means: Vonage says 200 to everything, Twilio gives a code."""
    told = calling.answered(body)
    messages = told.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        return _vonage(messages[0])
    return twilio.reads(status, headers, body)


def _vonage(told: Mapping[str, Any]) -> Answer:
    status = str(told.get("status", ""))
    said = f"{status} {told.get('error-text', 'taken')}"[:200]
    if status == "0":
        return Answer(fate=Fate.ACCEPTED, said=said, receipt=str(told.get("message-id", "")))
    return Answer(fate=Fate.LATER if status in _NOT_NOW else Fate.REFUSED, said=said)


sms = Channel(
    label="SMS",
    help="One short message of 160 characters that still says what, how it stands and where.",
    shape=Shape.SMS,
    hand=hand,
    settings=Settings,
    secrets=("token",),
    check=check,
    address=Address(label="Telephone number", check=addresses.phone, hint="+49 151 23456789"),
    is_public=True,
    place=2,
    per_second=10,
    reads=reads,
)
