"""How long a text is, as each network counts. None counts too little. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# GSM 03.38: one septet each, and two for those that need an escape.
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
# Quotation marks, dashes, signs and spaces; and what stands for each on a keyboard.
_FANCY: Final = "“”„«»‘’‚`–—‑−·•×\u00a0\u202f\u2009\t"  # noqa: RUF001 - these are meant
_PLAIN: Final = '"' * 5 + "'" * 4 + "-" * 6 + "x" + " " * 4
_TYPOGRAPHY: Final[dict[int, str | int | None]] = {
    **str.maketrans(_FANCY, _PLAIN),
    ord("…"): "...",
}
# Letters that have no mark to lose, and what is read for them.
_LETTERS: Final = {
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "\u0131": "i", "ħ": "h", "Ħ": "H", "œ": "oe", "Œ": "OE",
    "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ŧ": "t", "Ŧ": "T", "ẞ": "SS",
}  # fmt: skip
GSM_LIMIT, UCS2_LIMIT = 160, 70
_JOINED_GSM, _JOINED_UCS2 = 152, 66  # a header, and a character is never torn in two

# What networks take for a link: ASCII after the scheme, a host with a name, no sign at its end.
_LINK: Final = re.compile(
    r"https?://(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::\d+)?(?:/(?:[!#-'*-;=?-\[\]_a-z|~]*[#%&+\-/0-9=A-Z_a-z~])?)?"
)
_BARE: Final = re.compile(r"(?<![\w@.-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")  # X makes links of these
_LINK_COST: Final = 23  # of Mastodon and X, however long it is
_LIGHT: Final = ((0, 4_351), (8_192, 8_205), (8_208, 8_223), (8_242, 8_247))  # X's own table
_EMOJI: Final = ((0x2600, 0x27BF), (0x1F000, 0x1FAFF), (0x1F1E6, 0x1F1FF))
_JOINER: Final = "\u200d"
_MOST_WEIGHT: Final = 2
_BYTES_OF_A_CHARACTER: Final = 10  # Bluesky: 3,000 bytes for 300 characters


def simple(text: str) -> str:
    """Return a text with typographic characters as a plain keyboard has them: SMS costs less.

    Marks join their letters, and what nobody sees is left out: each would make 160 letters 70.
    """
    whole = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY)
    return "".join(filter(_is_seen, whole))


def _is_seen(letter: str) -> bool:
    unseen = unicodedata.category(letter) in {"Cc", "Cf"}
    return not unseen or letter in {"\n", _JOINER}


def without_marks(text: str) -> str:
    """Return a text whose Latin letters are those of GSM 03.38, as “ś” becomes “s”; no emoji.

    Other scripts stay as they are: nothing of theirs could be read.
    """
    found = "".join(_LETTERS.get(one) or _bare(one) for one in simple(text))
    return " ".join(found.split()) if found != text else text


def _bare(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED or letter.isspace():
        return letter
    if letter in (_JOINER, "\ufe0f") or _within(ord(letter), _EMOJI):
        return ""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base in _BASIC and base.isascii() else letter


def septets(text: str) -> int | None:
    """Return how many septets of GSM 03.38 a text takes; None where it cannot say it."""
    found = 0
    for letter in text:
        if letter in _EXTENDED:
            found += 2
        elif letter in _BASIC:
            found += 1
        else:
            return None
    return found


def sms_parts(text: str) -> int:
    """Return as how many messages a text goes: 160 septets or 70 units, joined ones hold less."""
    counted = septets(text)
    if counted is None:
        return _parts(units(text), UCS2_LIMIT, _JOINED_UCS2)
    return _parts(counted, GSM_LIMIT, _JOINED_GSM)


def _parts(counted: int, alone: int, joined: int) -> int:
    return 1 if counted <= alone else -(-counted // joined)


def graphemes(text: str) -> int:
    """Return how many characters a reader sees (Bluesky), rather more than fewer."""
    return sum(1 for _ in clusters(text))


def posted(text: str) -> int:
    """Return the length as Bluesky bounds it: seen characters, and no more than ten bytes each."""
    return max(graphemes(text), -(-octets(text) // _BYTES_OF_A_CHARACTER))


def units(text: str) -> int:
    """Return the UTF-16 units of a text (Telegram, SMS that are no GSM 03.38)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def with_short_links(text: str) -> int:
    """Return the length as Mastodon counts it: seen characters, each link 23."""
    rest, many = _LINK.subn(" ", text)
    return graphemes(rest) + (_LINK_COST - 1) * many


def weighted(text: str) -> int:
    """Return the length as X counts it: letters of most European scripts 1, others and emoji 2."""
    rest, many = _LINK.subn(" ", unicodedata.normalize("NFC", text))
    bare = sum(max(_LINK_COST - len(one), 0) for one in _BARE.findall(rest))
    return sum(map(_weight, clusters(rest))) + (_LINK_COST - 1) * many + bare


def octets(text: str) -> int:
    return len(text.encode())


def _weight(cluster: str) -> int:
    if any(_within(ord(letter), _EMOJI) for letter in cluster):
        return _MOST_WEIGHT
    return sum(1 if _within(ord(letter), _LIGHT) else _MOST_WEIGHT for letter in cluster)


def clusters(text: str) -> Iterator[str]:
    """Yield what a reader sees as one character: letters with their marks, joined emoji, flags."""
    held = ""
    for letter in text:
        if held and _continues(held, letter):
            held += letter
            continue
        if held:
            yield held
        held = letter
    if held:
        yield held


def _continues(held: str, letter: str) -> bool:
    if unicodedata.category(held[-1]) == "Cc":
        return held == "\r" and letter == "\n"
    if letter == _JOINER or unicodedata.category(letter) in {"Mn", "Me"} or _is_tone(letter):
        return True
    if held[-1] == _JOINER:
        return _within(ord(letter), _EMOJI)
    return _is_flag(letter) and _is_flag(held)  # two letters make a flag, the third begins one


def _is_flag(text: str) -> bool:
    return len(text) == 1 and 0x1F1E6 <= ord(text) <= 0x1F1FF  # noqa: PLR2004 - letters of flags


def _is_tone(letter: str) -> bool:
    return 0x1F3FB <= ord(letter) <= 0x1F3FF  # noqa: PLR2004 - tones of skin


def _within(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= point <= high for low, high in ranges)
