"""How easy a text is to read: Flesch's formula, and Amstad's for German.

Higher is easier: 60 is plain, below 50 is hard. A public promise that its readers cannot read is
named on the desk; our own texts are held to it by a test. A formula sees length, not sense.
"""

import re
from dataclasses import dataclass

PLAIN = 50.0
LONGEST = 30  # words of a sentence
_SENTENCE = re.compile(r"[.!?:;]+(?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_VOWELS = re.compile(r"[aeiouyäöüáéèêàâîôû]+")


@dataclass(frozen=True, slots=True)
class Reading:
    ease: float
    words: int
    longest: int  # words of the longest sentence

    @property
    def is_plain(self) -> bool:
        return self.ease >= PLAIN and self.longest <= LONGEST


def reading(text: str, language: str = "en") -> Reading:
    """Return how easy the text is. A text without words is as easy as can be."""
    sentences = [found for part in _SENTENCE.split(text) if (found := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return Reading(100.0, 0, 0)
    length = len(words) / len(sentences)
    beats = sum(_syllables(word.lower(), language) for word in words) / len(words)
    if language.startswith("de"):
        ease = 180 - length - 58.5 * beats
    else:
        ease = 206.835 - 1.015 * length - 84.6 * beats
    return Reading(ease, len(words), max(map(len, sentences)))


def _syllables(word: str, language: str) -> int:
    if language.startswith("en") and len(word) > 3:  # noqa: PLR2004 - "the", "one": the e counts
        word = re.sub(r"(?<=[^aeiouyl])e[ds]?$", "", word)
    return max(1, len(_VOWELS.findall(word)))
