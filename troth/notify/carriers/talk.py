"""Two requests for one message: signing in, and saying it."""

from collections.abc import Mapping
from dataclasses import replace

from troth.notify import calling
from troth.notify.carriers import http
from troth.notify.carriers.limits import Limits
from troth.notify.channel import Talk
from troth.notify.rules.results import Answer, Fate


async def carry(talk: Talk, *, limits: Limits) -> Answer:
    """Make both requests. Until the first is answered nothing has left."""
    told: dict[str, object] = {}

    def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
        told.update(calling.answered(body))
        return http.read(status, headers, body)

    answer = await http.carry(talk.first, limits=replace(limits, reads=reads))
    if answer.fate is Fate.UNKNOWN:
        return replace(answer, fate=Fate.LATER, said=f"it did not let us in: {answer.said}"[:200])
    if answer.fate is not Fate.ACCEPTED:
        return replace(answer, said=f"it did not let us in: {answer.said}"[:200])
    try:
        call = talk.then(told)
    except (KeyError, TypeError) as error:
        said = f"it let us in without saying what we need: {error}"
        return Answer(fate=Fate.REFUSED, said=said[:200])
    return await http.carry(call, limits=limits)
