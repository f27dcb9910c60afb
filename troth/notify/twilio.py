"""Twilio's way of asking for a message or a call, which others speak as well. Pure."""

from collections.abc import Mapping
from typing import Final, Protocol

from troth.notify import calling
from troth.notify.carriers.http import read
from troth.notify.channel import Call
from troth.notify.rules.results import Answer, Fate

SERVER: Final = "https://api.twilio.com"
# Error codes that mean: this number will never take it.
_NOBODY: Final = frozenset({21211, 21214, 21217, 21610, 21612, 21614, 30005, 30006})


class Account(Protocol):
    """Settings of an outlet that speaks to Twilio."""

    @property
    def account(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def server(self) -> str: ...


def request(settings: Account, what: str, form: Mapping[str, str]) -> Call:
    """Return the request for `what`, Messages or Calls."""
    server = calling.server(settings.server) if settings.server else SERVER
    by_service = settings.sender.startswith("MG")
    return Call(
        url=f"{server}/2010-04-01/Accounts/{settings.account}/{what}.json",
        headers=calling.basic(settings.account, settings.token),
        form={**form, "MessagingServiceSid" if by_service else "From": settings.sender},
    )


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what Twilio means: a code tells a number that will never take it."""
    told = calling.answered(body)
    if told.get("code") in _NOBODY:
        return Answer(fate=Fate.GONE, said=f"{told['code']} {told.get('message', '')}"[:200])
    answer = read(status, headers, str(told.get("message") or told.get("status") or body))
    if answer.fate is not Fate.ACCEPTED:
        return answer
    return Answer(fate=answer.fate, said=answer.said, receipt=str(told.get("sid", ""))[:200])
