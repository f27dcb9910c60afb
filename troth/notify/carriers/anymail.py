"""Mail by a provider's API (django-anymail), in a watched thread."""

import re
from dataclasses import replace
from email.utils import parseaddr
from functools import partial
from hashlib import blake2b
from importlib import import_module
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives

from troth.core.egress import ForbiddenError
from troth.notify import wording
from troth.notify.carriers import guarded, http
from troth.notify.carriers.limits import DownError, Limits
from troth.notify.channel import Mail
from troth.notify.rules.results import Answer, Fate

_SECONDS: Final = 30
_CAUSE: Final = re.compile(r"Caused by (.*?)\)*$")
_SHOWN: Final = 200
_NOT_LEFT: Final = ("NewConnectionError", "ConnectTimeout", "NameResolutionError")
_MISSING: Final = "django-anymail is not installed here: add the extra “channels”"


async def carry(mail: Mail, *, limits: Limits) -> Answer:
    """Hand a mail to its provider and say what came of it, in words. Raises DownError."""
    try:
        return await guarded.run(
            partial(_send, mail), private=limits.private, seconds=_SECONDS + limits.timeout
        )
    except ImportError as error:
        raise DownError(_MISSING) from error
    except ForbiddenError as error:
        return Answer(fate=Fate.REFUSED, said=str(error))
    except TimeoutError:
        return Answer(fate=Fate.UNKNOWN, said="it left, and no answer came in time")


def _send(mail: Mail) -> Answer:
    from anymail.exceptions import AnymailError

    module = import_module(f"anymail.backends.{mail.provider}")
    backend = module.EmailBackend(
        fail_silently=False, ignore_unsupported_features=True, **mail.options
    )
    backend.timeout = _SECONDS
    message = message_of(mail)
    try:
        backend.send_messages([message])
    except AnymailError as error:
        return _failed(error)
    finally:
        backend.close()
    return _answer(message)


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Return the mail as Django writes one, with the same headers as by SMTP."""
    letter = mail.letter
    words = wording.personal(letter.words, manage_url=letter.manage_url, end_url=letter.end_url)
    host = parseaddr(mail.sender)[1].rpartition("@")[2]
    thread = blake2b(letter.story.about.encode(), digest_size=12).hexdigest()
    headers = {"Auto-Submitted": "auto-generated", "References": f"<thread.{thread}@{host}>"}
    if letter.end_url:
        headers["List-Unsubscribe"] = f"<{letter.end_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=" ".join(words.title.split()), body=words.text, from_email=mail.sender,
        to=[mail.to], headers=headers,
    )  # fmt: skip
    if words.html:
        message.attach_alternative(words.html, "text/html")
    vars(message).update(metadata={"letter": letter.id}, track_opens=False, track_clicks=False)
    return message


def _answer(message: Any) -> Answer:  # noqa: ANN401 - anymail adds to Django's message
    status = message.anymail_status
    said = f"{', '.join(sorted(status.status or ()))} {status.message_id or ''}".strip()[:_SHOWN]
    if status.status and status.status <= {"invalid", "rejected"}:
        return Answer(fate=Fate.GONE, said=f"the provider does not write to it: {said}")
    if status.status == {"failed"}:
        return Answer(fate=Fate.REFUSED, said=said)
    if status.status == {"unknown"}:
        return Answer(fate=Fate.UNKNOWN, said="the provider does not say what it did")
    return Answer(fate=Fate.ACCEPTED, said=said, receipt=str(status.message_id or "")[:_SHOWN])


def _failed(error: Any) -> Answer:  # noqa: ANN401 - anymail's errors have no types
    from anymail.exceptions import AnymailRecipientsRefused

    said = " ".join(str(error).split())[:_SHOWN]
    response = getattr(error, "response", None)
    if isinstance(error, AnymailRecipientsRefused):
        return Answer(fate=Fate.GONE, said=said)
    if response is not None:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return replace(http.read(response.status_code, headers, said), said=said)
    return _unanswered(" ".join(str(error).split()))


def _unanswered(said: str) -> Answer:
    if guarded.SIGN in said:
        found = f"{guarded.SIGN}{said.partition(guarded.SIGN)[2]}"
        return Answer(fate=Fate.REFUSED, said=found[:_SHOWN])
    if any(sign in said for sign in _NOT_LEFT):
        why = _CAUSE.search(said)  # the rest is what the library was doing meanwhile
        return Answer(fate=Fate.LATER, said=(why[1] if why else said)[:_SHOWN])
    return Answer(fate=Fate.UNKNOWN, said=f"it left, and no answer came: {said}"[:_SHOWN])
