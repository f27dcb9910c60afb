"""What people reach for after a breach, the link to change their password and the hotline. Pure.

Each becomes the document of a monitor, as docs/probes.md has them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from troth.core.documents import OURS

_PAGE = re.compile(r"https?://\S+")
_SIP = re.compile(r"sips?:\S+")


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One thing to watch: a monitor's name, its kind and the settings that say what it asks."""

    slug: str
    label: str
    target: str  # as it was written
    kind: str
    settings: dict[str, str]
    every: str

    @property
    def is_asked(self) -> bool:
        """Return whether something is asked; of a bare number only the form is checked."""
        return self.kind != "sip" or "address" in self.settings

    def document(self, kept: dict[str, Any], *, of: str) -> dict[str, Any]:
        """Return the monitor's document; `kept` are settings that a person added, `of` what of."""
        return {
            "apiVersion": OURS, "kind": "Monitor",
            "metadata": {"name": self.slug, "displayName": f"{self.label}: {of}"[:200]},
            "spec": {"kind": self.kind, "settings": {**kept, **self.settings},
                     "every": self.every, "timeout": "10s", "need": "2 of 3"},
        }  # fmt: skip


def lifelines(uid: str, *, reset_url: str, hotline: str) -> list[Lifeline]:
    """Return what of a breach can be watched. `hotline` is a page, a SIP address, a number."""
    return list(_lifelines(uid, reset_url.strip(), hotline.strip()))


def _lifelines(uid: str, reset_url: str, hotline: str) -> Iterator[Lifeline]:
    if reset_url:
        yield Lifeline(f"breach-{uid}-reset-link", "Link to change the password", reset_url,
                       "http", {"url": reset_url}, "1m")  # fmt: skip
    if not hotline:
        return
    slug, label = f"breach-{uid}-hotline", "Hotline"
    page, address = _PAGE.search(hotline), _SIP.search(hotline)
    if page:
        yield Lifeline(slug, label, hotline, "http", {"url": page[0]}, "1m")
        return
    number = _SIP.sub("", hotline).strip(" ,;")
    settings = {"number": number} | ({"address": address[0]} if address else {})
    said = {name: text for name, text in settings.items() if text}
    yield Lifeline(slug, label, hotline, "sip", said, "5m")
