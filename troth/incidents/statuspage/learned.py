"""Post-mortems as Statuspage has them, one text, and as we have them, in four parts."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest

from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents import actions
from troth.incidents.models import Incident, Postmortem
from troth.incidents.rules.publishing import PARTS
from troth.incidents.statuspage import shapes
from troth.incidents.statuspage.asked import body_of
from troth.incidents.statuspage.doors import Answer, Token, done

_HEADING = re.compile(r"^(?:#{1,6}\s+(.+?)\s*#*|\*\*(.+?)\*\*:?)\s*$", re.MULTILINE)
_TITLES = {"apology": "Apology", "cause": "Cause", "fix": "Fix", "prevention": "Prevention"}
# How people head these parts, by the first word that fits; prevention first: it says most.
_WORDS = {
    "prevention": ("prevent", "follow-up", "follow up", "next step", "action item", "again",
                   "lesson", "learn"),
    "apology": ("apolog", "sorry", "summary", "impact", "overview"),
    "cause": ("cause", "what happened", "why", "background", "timeline"),
    "fix": ("fix", "resolution", "resolve", "remediation", "recovery", "mitigation",
            "what we did"),
}  # fmt: skip


def parts_of(text: str) -> dict[str, str]:
    """Return the four parts of one text, by its headings. What stands before them apologises."""
    found = dict.fromkeys(PARTS, "")
    at, part = 0, "apology"
    for heading in _HEADING.finditer(text):
        named = _part(heading[1] or heading[2])
        if named is None:
            continue
        _add(found, part, text[at : heading.start()])
        at, part = heading.end(), named
    _add(found, part, text[at:])
    return found


def _add(found: dict[str, str], part: str, text: str) -> None:
    found[part] = "\n\n".join(filter(None, (found[part], text.strip())))


def _part(heading: str) -> str | None:
    said = heading.casefold()
    return next((part for part, words in _WORDS.items() if any(one in said for one in words)), None)


def text_of(parts: Mapping[str, str]) -> str:
    """Return four parts as one text, in their order."""
    return "\n\n".join(f"## {_TITLES[part]}\n\n{parts[part]}" for part in PARTS if parts[part])


def shown(row: Postmortem) -> shapes.Json:
    """Return a post-mortem as Statuspage gives it: what is published, or else the draft."""
    text = text_of({part: getattr(row, part) for part in PARTS})
    public, at = row.published_at is not None, shapes.instant(row.updated_at)
    return {
        "preview_key": None, "body": text if public else None,
        "body_updated_at": at if public else None,
        "body_draft": None if public else text, "body_draft_updated_at": None if public else at,
        "published_at": shapes.instant(row.published_at), "notify_subscribers": public,
        "notify_twitter": False, "custom_tweet": None, "created_at": at, "updated_at": at,
    }  # fmt: skip


def one(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    return 200, shown(_found(uid))


def write(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Write the draft. Of one that is published the text changes, and what it said stays public."""
    asked = body_of(request).get("postmortem")
    text = asked.get("body_draft", asked.get("body")) if isinstance(asked, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise Refusal(422, "body_draft is missing", field="postmortem.body_draft")
    _write(uid, parts_of(text), token, clock.now())
    return 200, shown(_found(uid))


def publish(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Publish it once: with its four parts, after the incident is over."""
    row = _found(uid)
    lacks = [_TITLES[part] for part in PARTS if not getattr(row, part).strip()]
    if lacks:
        raise Refusal(
            422, f"a post-mortem has four parts under headings of their own; {', '.join(lacks)} "
            f"{'is' if len(lacks) == 1 else 'are'} missing", field="postmortem.body_draft",
        )  # fmt: skip
    done(lambda: actions.publish_postmortem(uid=uid, by=token, now=clock.now()))
    return 200, shown(_found(uid))


def revert(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Refuse to hide what was public; what is a draft already stays one."""
    row = _found(uid)
    if row.published_at is not None:
        raise Refusal(409, "a post-mortem that was public stays: write it anew, and that is shown")
    return 200, shown(row)


def drop(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Empty a draft. What was public is not deleted."""
    row = _found(uid)
    if row.published_at is not None:
        raise Refusal(409, "a post-mortem that was public is not deleted: write it anew")
    _write(uid, dict.fromkeys(PARTS, ""), token, clock.now())
    return 204, {}


def _write(uid: str, parts: Mapping[str, str], token: Token, now: datetime) -> None:
    done(lambda: actions.write_postmortem(uid=uid, parts=parts, by=token, now=now))


def _found(uid: str) -> Postmortem:
    """Return the post-mortem; one without any words is none."""
    if not Incident.objects.filter(uid=uid).exists():
        raise Refusal(404, f"there is no incident {uid}")
    row = Postmortem.objects.filter(incident__uid=uid).first()
    if row is None or not any(getattr(row, part).strip() for part in PARTS):
        raise Refusal(404, f"the incident {uid} has no post-mortem")
    return row
