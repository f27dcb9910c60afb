"""Saying it in our own words, and going back to the shipped ones."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from troth.notify import proving
from troth.notify.models import Wording
from troth.notify.sandbox import WordingError
from troth.notify.wording import Place
from troth.staff.actions import note
from troth.staff.actions.audit import Actor


class WordingsError(Exception):
    """Several templates at once; `problems` is part → what is wrong with it."""

    def __init__(self, problems: Mapping[str, WordingError]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{part}: {what}" for part, what in problems.items()))


@transaction.atomic
def reword_all(*, texts: Mapping[Place, str], author: Actor, now: datetime) -> None:
    """Use templates of our own, all of them or none. Raises WordingsError with every problem."""
    problems = {}
    for place, text in texts.items():
        try:
            reword(place=place, text=text, author=author, now=now)
        except WordingError as error:
            problems[place[1]] = error
    if problems:
        raise WordingsError(problems)


@transaction.atomic
def reword(*, place: Place, text: str, author: Actor, now: datetime) -> Wording:
    """Use a template of our own from now on. Raises WordingError, with line and reason."""
    text = text.replace("\r\n", "\n").strip()
    if text:
        proving.prove(place, text)
    row = _written(place, text, author, now)
    verb, name = "reworded" if text else "gave back", ".".join(filter(None, place))
    note(actor=author, verb=verb, thing="wording", thing_id=name, after={"text": text}, now=now)
    return row


def use_shipped(*, place: Place, author: Actor, now: datetime) -> Wording:
    """Go back to the shipped template."""
    return reword(place=place, text="", author=author, now=now)


def _written(place: Place, text: str, author: Actor, now: datetime) -> Wording:
    shape, part, event, language = place
    return Wording.objects.create(
        shape=shape, part=part, event=event, language=language, text=text, at=now,
        by=str(author or "")[:100],
    )  # fmt: skip
