"""What must be said before something may be published: each gap by name, in plain words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.incidents.rules.results import Kind, State

LONGEST = 20_000  # characters of one text
LONGEST_NAME = 200
PARTS = ("apology", "cause", "fix", "prevention")


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that is missing or wrong, and what to do about it."""

    field: str
    message: str
    at: datetime | None = None  # the instant that the message says in UTC, where it says one

    def __str__(self) -> str:
        return self.message


class NotReady(ValueError):  # noqa: N818 - an answer, not an error in the code
    """It may not be published yet. `gaps` names each thing that is missing."""

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        self.gaps = gaps
        super().__init__("; ".join(gap.message for gap in gaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is to be published, as far as the questions go."""

    kind: Kind
    state: State
    name: str
    body: str
    started_at: datetime | None
    now: datetime
    problem: str = ""  # what is wrong, exactly
    affects: str = ""  # who is affected
    workaround: str = ""  # or "None known."
    recovery: str = ""  # the final post: everything works again
    data_loss: str = ""  # the final post: what was lost, or that nothing lingers
    next_due_at: datetime | None = None
    latest_due_at: datetime | None = None  # by the cadence that we promise
    has_components: bool = True
    needs_facts: bool = True  # False for imports: they are shown as they were


_OPEN = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
_FACTS = (
    ("problem", "say exactly what is wrong"),
    ("affects", "say who is affected"),
    ("workaround", "name a workaround, or say that none is known"),
)
_FINAL = (
    ("recovery", "state that everything works again, or what does not"),
    ("data_loss", "state what data was lost or damaged, or that no effect lingers"),
)


def gaps(answers: Answers) -> tuple[Gap, ...]:
    """Return what is missing before this may be published; empty when nothing is."""
    return tuple(_gaps(answers))


def _gaps(answers: Answers) -> Iterator[Gap]:
    yield from _texts(answers)
    if not answers.needs_facts:
        return
    if answers.kind is Kind.MAINTENANCE:
        yield from _empty(answers, _FACTS[1:2])
        return
    yield from _since(answers)
    if answers.state in _OPEN:
        yield from _empty(answers, _FACTS)
        yield from _due(answers)
    elif answers.state is State.RESOLVED:
        yield from _empty(answers, (_FACTS[0], _FACTS[1], *_FINAL))


def _texts(answers: Answers) -> Iterator[Gap]:
    if not answers.name.strip():
        yield Gap("name", "give it a name")
    if not answers.body.strip():
        yield Gap("body", "write the message")


def _empty(answers: Answers, wanted: tuple[tuple[str, str], ...]) -> Iterator[Gap]:
    for field, message in wanted:
        if not getattr(answers, field).strip():
            yield Gap(field, message)


def _since(answers: Answers) -> Iterator[Gap]:
    if answers.started_at is None:
        yield Gap("started_at", "say since when")
    elif answers.started_at > answers.now:
        yield Gap("started_at", "it cannot have started in the future")


def _due(answers: Answers) -> Iterator[Gap]:
    due, latest = answers.next_due_at, answers.latest_due_at
    if due is None:
        yield Gap("next_due_at", "say when the next update comes")
    elif due <= answers.now:
        yield Gap("next_due_at", "the next update must lie in the future")
    elif latest is not None and due > latest:
        text = latest.strftime("%Y-%m-%d %H:%M UTC")
        yield Gap("next_due_at", f"we promised to speak again by {text} at the latest", latest)


def postmortem_gaps(
    parts: Mapping[str, str], follow_ups: Sequence[tuple[str, bool]]
) -> tuple[Gap, ...]:
    """Return which of the four parts is empty, and which follow-up has no owner or date.

    `follow_ups` are (text, has owner and date).
    """
    empty = [Gap(part, f"write the {part}") for part in PARTS if not parts.get(part, "").strip()]
    loose = [
        Gap("follow_ups", f"“{text[:60]}” needs an owner and a date")
        for text, is_whole in follow_ups
        if not is_whole
    ]
    return (*empty, *loose)


def too_long(texts: Mapping[str, str]) -> tuple[Gap, ...]:
    """Return the texts that are longer than a page can bear."""
    limits = {name: LONGEST_NAME if name == "name" else LONGEST for name in texts}
    return tuple(
        Gap(name, f"{name} has {len(text):,} characters; {limits[name]:,} is the most")
        for name, text in texts.items()
        if len(text) > limits[name]
    )
