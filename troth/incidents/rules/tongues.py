"""Our own few words in stories, in the other languages that messages are shipped in. Pure.

What a person wrote stays as it was written.
"""

from collections.abc import Iterable, Mapping
from typing import Final

_PHRASES: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        # How an incident stands (rules.macro.STATE_WORDS).
        "We are investigating": "Wir untersuchen es",
        "We know the cause and are working on it": "Wir kennen die Ursache und arbeiten daran",
        "It is fixed and we are watching it": "Es ist behoben, und wir beobachten es",
        "It is resolved": "Es ist behoben",
        "It is resolved, and we have published what happened": (
            "Es ist behoben, und wir haben veröffentlicht, was geschehen ist"
        ),
        "Planned work": "Geplante Arbeiten",
        "Planned work is under way": "Die geplanten Arbeiten laufen",
        "Planned work is done and being checked": (
            "Die geplanten Arbeiten sind getan und werden geprüft"
        ),
        "The planned work is complete": "Die geplanten Arbeiten sind abgeschlossen",
        # How a component is (components.rules.words).
        "works": "läuft",
        "slow or limited": "langsam oder eingeschränkt",
        "partly down": "teilweise ausgefallen",
        "down": "ausgefallen",
        "under maintenance": "in Wartung",
        "no data": "keine Daten",
        # What a fact is called.
        "Recovery": "Wiederherstellung",
        "Data": "Daten",
        "Hotline": "Telefon",
        "New password": "Neues Passwort",
    }
}


def said(state: str, phrases: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what of a story has words of ours in each language, as Story.translations takes it."""
    wanted = [state, *phrases]
    return {
        language: {"state": known[state], **{one: known[one] for one in wanted if one in known}}
        for language, known in _PHRASES.items()
        if state in known
    }
