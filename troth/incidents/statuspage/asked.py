"""What a client of the management API sends: JSON or form fields, with `.json` or without."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict

from troth.components.rules.results import Status
from troth.core.refusals import Refusal
from troth.incidents.rules.results import Impact, State

_KEYS = re.compile(r"[^\[\]]+|\[\]")
_MOST = 1_000_000  # bytes of one request
_MOST_KEYS = 5  # a form field is nested no deeper


@dataclass(frozen=True, slots=True)
class Asked:
    """One part of a request ("incident", "component"); getters refuse with 422."""

    values: Mapping[str, Any]
    name: str

    def has(self, field: str) -> bool:
        return self.values.get(field) is not None

    def text(self, field: str) -> str | None:
        value = self.values.get(field)
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(field, "is a text")

    def instant(self, field: str) -> datetime | None:
        value = self.text(field)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise self.wrong(field, "is an instant in ISO 8601") from None
        if found.tzinfo is None:
            raise self.wrong(field, "names no offset from UTC")
        return found

    def flag(self, field: str, *, default: bool) -> bool:
        value = self.values.get(field)
        return default if value is None else value in {True, "true", "1", "t"}

    def state(self) -> State | None:
        value = self.text("status")
        if not value:
            return None
        if value not in set(State):
            raise self.wrong("status", f"is one of {', '.join(State)}")
        return State(value)

    def impact(self) -> Impact | None:
        value = self.text("impact_override")
        if value and value not in set(Impact):
            raise self.wrong("impact_override", f"is one of {', '.join(Impact)}")
        return Impact(value) if value else None

    def status(self, value: object, field: str = "status") -> Status:
        words = [one for one in Status if one is not Status.NO_DATA]
        if value not in words:
            raise self.wrong(field, f"is one of {', '.join(words)}")
        return Status(str(value))

    def impacts(self) -> dict[str, Status]:
        """Return `components` (id → status)."""
        found = self.values.get("components")
        if isinstance(found, Mapping):
            return {str(key): self.status(value, "components") for key, value in found.items()}
        return {}

    def wrong(self, field: str, what: str) -> Refusal:
        return Refusal(422, f"{field} {what}", field=f"{self.name}.{field}")


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the body of a request. Refuses with 400 and 413."""
    if len(request.body) > _MOST:
        raise Refusal(413, "a request has at most 1 MB")
    if request.content_type == "application/x-www-form-urlencoded" and b"[" in request.body[:200]:
        return _nested(request)
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, "the body is no JSON object")
    return found


def _nested(request: HttpRequest) -> dict[str, Any]:
    """Return incident[components][]=x and the like as objects and lists."""
    whole: dict[str, Any] = {}
    for name, values in QueryDict(request.body).lists():
        *path, last = _KEYS.findall(name)[:_MOST_KEYS] or [name]
        is_list = last == "[]"
        if is_list and path:
            last = path.pop()
        at = whole
        for key in path:
            at = at.setdefault(key, {})
            if not isinstance(at, dict):
                raise Refusal(400, f"{name} is nested in two ways")
        at[last] = values if is_list else values[-1]
    return whole


def part(request: HttpRequest, name: str) -> Asked:
    """Return the part of a body by that name. Refuses with 400."""
    found = body_of(request).get(name)
    if not isinstance(found, dict):
        raise Refusal(400, f"the body has no object “{name}”")
    return Asked(found, name)
