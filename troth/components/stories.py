"""A change of one component as the story that readers are told, also in Statuspage's shape."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from troth.components.rules.results import Shown, Status
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

_SEVERITIES = {
    Status.DEGRADED: Severity.MINOR,
    Status.PARTIAL: Severity.MAJOR,
    Status.MAJOR: Severity.CRITICAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What became of a component. `episode` is the same until it works again."""

    shown: Shown
    was: Status
    now: Status
    at: datetime
    episode: str
    link: str
    pages: tuple[str, ...]
    audiences: tuple[str, ...]


def story_of(turned: Turned) -> Story:
    """Return the story of a change, in every language of the page."""
    one = turned.shown
    said = {language: _texts(turned, language) for language in settings.TROTH.languages}
    first = next(iter(said.values()))
    change = blake2b(
        f"{turned.episode} {turned.now.value} {turned.at.isoformat()}".encode(), digest_size=8
    ).hexdigest()
    return Story(
        about=f"component-status:{turned.episode}",
        event=Event.COMPONENT_UPDATED,
        revision=change,
        title=first["title"],
        what=first["what"],
        state=first["state"],
        link=turned.link,
        since=turned.at,
        severity=_SEVERITIES.get(turned.now, Severity.NONE),
        parts=(
            Part(key=f"component:{one.uid}", name=one.name, state=first["state"],
                 inside=f"group:{one.group}" if one.group else ""),
        ),
        pages=turned.pages,
        audiences=turned.audiences,
        data={
            "id": one.uid, "name": one.name, "status": turned.now.value, "was": turned.was.value,
            "at": turned.at.astimezone(UTC).isoformat(), "link": turned.link, "revision": change,
        },
        translations={
            language: {**texts, first["state"]: texts["state"]}  # the part's, too
            for language, texts in said.items()
            if texts is not first
        },
        statuspage=_statuspage(turned, change),
    )  # fmt: skip


def _texts(turned: Turned, language: str) -> dict[str, str]:
    with override(language):
        now, was = word(turned.now), word(turned.was)
        return {
            "title": _("%(name)s: %(state)s") % {"name": turned.shown.name, "state": now},
            "what": _("It was “%(was)s” before.") % {"was": was},
            "state": now,
        }


def word(status: Status) -> str:
    """Return how a component is, in the language now active."""
    return {
        Status.OPERATIONAL: pgettext("a service", "works"),
        Status.DEGRADED: pgettext("a service", "slow or limited"),
        Status.PARTIAL: pgettext("a service", "partly down"),
        Status.MAJOR: pgettext("a service", "down"),
        Status.MAINTENANCE: pgettext("a service", "under maintenance"),
        Status.NO_DATA: pgettext("a service", "no data"),
    }[status]


def _statuspage(turned: Turned, change: str) -> dict[str, object]:
    one, at = turned.shown, _instant(turned.at)
    return {
        "component_update": {
            "created_at": at, "new_status": turned.now.value, "old_status": turned.was.value,
            "id": change, "component_id": one.uid,
        },
        "component": {
            "id": one.uid, "name": one.name, "status": turned.now.value,
            "created_at": _instant(one.created_at), "updated_at": at,
            "description": one.description or None, "group_id": one.group,
        },
    }  # fmt: skip


def _instant(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
