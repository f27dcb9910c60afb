"""The draft that a trouble opens: by its template, or in words that give nothing away."""

from datetime import datetime

from troth.components.queries.labels import labels
from troth.components.rules.results import Status
from troth.incidents.actions.asked import Message, Opening
from troth.incidents.queries import house
from troth.incidents.queries.troubles import Trouble
from troth.incidents.rules.documents import Prepared
from troth.incidents.rules.results import Kind

_BODY = "Our monitors see that {component} does not work. We are looking into it."
_PROBLEM = "{component} does not work."
_AFFECTS = "Everyone who uses {component}."
_WORKAROUND = "None known."


def template_for(opener: str) -> Prepared | None:
    """Return the template that names this opener ("monitor:shop")."""
    return next((one for one in house.templates() if opener in one.opens_for), None)


def opening_for(trouble: Trouble, *, now: datetime) -> Opening:
    """Return the draft of a trouble, back-dated to its beginning."""
    template = template_for(trouble.opener)
    grid = house.grid()
    wanted = template.publish if template else None
    publishes = grid.publish_drafts if wanted is None else wanted
    if template is None:
        return Opening(
            name=f"{_name(trouble)} does not work"[:200], message=_neutral(trouble),
            started_at=min(trouble.at, now), origin=trouble.origin, opened_for=trouble.opener,
            confirm_at=trouble.confirmed_at + grid.confirm if publishes else None,
        )  # fmt: skip
    opening = prepared(template, trouble.words)
    return Opening(
        name=opening.name, kind=opening.kind, audiences=opening.audiences,
        two_person=opening.two_person, message=opening.message,
        started_at=min(trouble.at, now), origin=trouble.origin, opened_for=trouble.opener,
        confirm_at=trouble.confirmed_at + grid.confirm if publishes else None,
    )  # fmt: skip


def prepared(template: Prepared, words: dict[str, str] | None = None) -> Opening:
    """Return the opening that a template prepares; {component} and the like become words."""
    message = Message(
        body=_filled(template.body, words), state=template.state,
        impacts=_known(template.components), urgency=template.urgency, impact=template.impact,
        problem=_filled(template.problem, words), affects=_filled(template.affects, words),
        workaround=_filled(template.workaround, words),
    )  # fmt: skip
    return Opening(
        name=_filled(template.title, words)[:200], message=message, kind=Kind(template.kind),
        audiences=template.audiences, two_person=template.two_person,
    )  # fmt: skip


def _neutral(trouble: Trouble) -> Message:
    words = trouble.words | {"component": _name(trouble)}
    return Message(
        body=_filled(_BODY, words), impacts=trouble.impacts, problem=_filled(_PROBLEM, words),
        affects=_filled(_AFFECTS, words), workaround=_WORKAROUND,
    )  # fmt: skip


def _name(trouble: Trouble) -> str:
    found = labels(tuple(trouble.impacts))
    return ", ".join(one.name for one in found.values()) or trouble.name


def _known(components: dict[str, Status] | object) -> dict[str, Status]:
    """Return the components that exist; a template may be older than they are."""
    wanted = dict(components) if isinstance(components, dict) else {}
    found = labels(tuple(wanted))
    return {found[name].uid: status for name, status in wanted.items() if name in found}


def _filled(text: str, words: dict[str, str] | None) -> str:
    """Put words in; what is no placeholder of ours stays as it is."""
    for name, word in (words or {}).items():
        text = text.replace(f"{{{name}}}", word)
    return text
