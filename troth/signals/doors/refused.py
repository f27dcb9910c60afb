"""A line that did not become a signal: which one, which field, and why, in plain words."""

import re
from dataclasses import dataclass

import msgspec

_PLACE = re.compile(r" - at `\$\.?(?P<field>[A-Za-z_]\w*)?(?P<rest>[^`]*)`$")
_NAMED = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[^`]*)`")

# What msgspec says → what we say. The first that matches counts; groups fill the braces.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"missing required field", "is missing"),
        (r"contains unknown field", "is not a field of a signal"),
        (r"Invalid RFC3339", "is not a time; write for example 2026-01-31T14:05:00Z"),
        (
            r"`datetime` with a timezone",
            "has no time zone; end it with Z or an offset such as +01:00",
        ),
        (r"of length <= (\d+)", "is longer than {0} characters"),
        (r"of length >= 1", "is empty"),
        (r"of length >= (\d+)", "is shorter than {0} characters"),
        (r"`int` >= (-?\d+)", "is less than {0}"),
        (r"`int` <= (-?\d+)", "is more than {0}"),
        (r"Number out of range", "is a number too large to keep"),
        (r"matching regex", "holds characters that are not allowed"),
        (r"Expected `datetime[^`]*`, got", "is not a time; write it as text in RFC 3339"),
        (r"Expected `([^`]+)`, got `([^`]+)`", "is {1} where {0} is expected"),
    )
)
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "object": "an object",
    "array": "a list",
}


_LONGEST_NAME, _LONGEST_REASON = 100, 300


@dataclass(frozen=True, slots=True)
class Refused:
    """`line` is the caller's own count from 1; `raw` the line as it came, kept to be mended."""

    line: int
    field: str
    reason: str
    raw: bytes = b""

    def told(self) -> dict[str, str | int]:
        """Return what the answer says: names and reasons hold the caller's own text, so cut it."""
        return {
            "line": self.line,
            "field": self.field[:_LONGEST_NAME],
            "reason": self.reason[:_LONGEST_REASON],
        }


def explained(error: Exception) -> tuple[str, str]:
    """Return (field, reason) for what msgspec, or a check of the envelope, objects to."""
    text = str(error)
    if isinstance(error, msgspec.ValidationError):
        return _field(text), _reason(text)
    if isinstance(error, msgspec.DecodeError):
        return "", f"is not JSON: {_malformed(text)}"
    if isinstance(error, UnicodeDecodeError):
        return "", f"is not UTF-8: byte 0x{error.object[error.start]:02x}"
    return "", "is nested too deeply" if isinstance(error, RecursionError) else text


def _field(text: str) -> str:
    named = _NAMED.search(text)
    place = _PLACE.search(text)
    if named and not (place and place["field"]):
        return named["field"]
    if not place or not place["field"]:
        return ""
    return str(place["field"]) + (place["rest"] if place["rest"].startswith(".") else "")


def _reason(text: str) -> str:
    for pattern, words in _WORDS:
        match = pattern.search(text)
        if match:
            return words.format(*(_kind(group) for group in match.groups()))
    return _PLACE.sub("", text)


def _kind(name: str) -> str:
    names = [_KINDS.get(part.strip(), part.strip()) for part in name.split("|")]
    kept = [name for name in names if name != "null"] or names
    return " or ".join(kept)


def _malformed(text: str) -> str:
    if "truncated" in text:
        return "it ends in the middle, or holds half a character"
    return text.removeprefix("JSON is malformed: ")
