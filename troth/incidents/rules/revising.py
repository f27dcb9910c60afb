"""The revision of an incident: a hash of all that is public of it. Pure.

Page, feed, API and support's answers carry it; equal hashes mean that all say the same.
"""

import json
from dataclasses import asdict, replace
from datetime import datetime
from enum import Enum
from hashlib import blake2b

from troth.incidents.rules.results import IncidentShown

# html follows from the body; when somebody touched it is no word of it.
_LEFT_OUT = frozenset({"revision", "html", "updated_at"})


def revised(incident: IncidentShown) -> IncidentShown:
    """Return the incident with its revision: 16 hexadecimal digits."""
    return replace(incident, revision=revision_of(incident))


def revision_of(incident: IncidentShown) -> str:
    text = json.dumps(_plain(asdict(incident)), sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return value.value if isinstance(value, Enum) else value
