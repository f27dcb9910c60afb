"""The letters of what is drawn as PDF: which the font has, and which scripts it cannot draw."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Sheet", "SheetBold"
_FONTS = Path(__file__).parent / "fonts"
_FILES = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
_FROM_THE_RIGHT = {"R", "AL"}
_BOX = "\u25a1"
_MOST = 12  # scripts, or characters of none, that the sheet names
# Nothing is to be seen of these, or the font has no narrow one: they are no loss.
_PLAINER = {"\u202f": "\u00a0", "\u2009": "\u00a0", "\ufeff": "", "\u200b": "", "\u00ad": ""}


def fonts() -> None:
    """Make the fonts known that lie beside this file, so that every host draws alike."""
    for name, file in _FILES.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(_FONTS / file)))


def drawable(text: str) -> str:
    """Return a text as the fonts can draw it; a box stands for what they cannot."""
    return "".join(one if _is_drawn(one) else _BOX for one in _composed(text))


def undrawn(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the scripts, or the single characters, that stand as boxes, in order of the alphabet.

    Writing from right to left would come out in the wrong order, so it counts as not drawn.
    """
    left = {one for text in texts for one in _composed(text) if not _is_drawn(one)}
    return tuple(sorted({_named(one) for one in left})[:_MOST])


def _composed(text: str) -> str:
    plain = "".join(_PLAINER.get(one, one) for one in unicodedata.normalize("NFC", text))
    return "".join(one for one in plain if unicodedata.category(one) not in {"Cc", "Cf"})


def _named(one: str) -> str:
    name = unicodedata.name(one, "")
    if unicodedata.category(one)[0] in "LMN" and name:
        script = name.split()[0]
        return script if script == "CJK" else script.capitalize()
    return f"U+{ord(one):04X}"


@cache
def _known() -> frozenset[int]:
    """Return the code points that both fonts have."""
    fonts()
    faces = (pdfmetrics.getFont(name).face.charToGlyph for name in _FILES)
    first, second = (frozenset(face) for face in faces)
    return first & second


def _is_drawn(one: str) -> bool:
    return ord(one) in _known() and unicodedata.bidirectional(one) not in _FROM_THE_RIGHT
